/* Set the clock AHEAD_S seconds ahead for a program and its children, by LD_PRELOAD; Linux with glibc.
 *
 * Only the time of day: what measures and what waits goes by the monotonic clock, which stays. Times of files are
 * shifted when they are read and when they are set, so that a file that was just written is new.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

static time_t ahead_s(void) {
    static time_t found = -1;
    if (found < 0) {
        const char *text = getenv("AHEAD_S");
        found = text ? atol(text) : 0;
    }
    return found;
}

/* Define `real` as the function of this name that the program would have called. */
#define REAL(name, ...)                                \
    static int (*real)(__VA_ARGS__);                   \
    if (!real)                                         \
    real = (int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL("clock_gettime", clockid_t, struct timespec *);
    int failed = real(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += ahead_s();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    REAL("gettimeofday", struct timeval *, void *);
    int failed = real(now, zone);
    if (!failed)
        now->tv_sec += ahead_s();
    return failed;
}

time_t time(time_t *now) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (now)
        *now = found.tv_sec;
    return found.tv_sec;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    REAL("sem_timedwait", sem_t *, const struct timespec *);
    struct timespec earlier = *until;
    earlier.tv_sec -= ahead_s();
    return real(semaphore, &earlier);
}

#define SHIFTED(found)                    \
    if (!failed) {                        \
        found->st_atim.tv_sec += ahead_s(); \
        found->st_mtim.tv_sec += ahead_s(); \
        found->st_ctim.tv_sec += ahead_s(); \
    }                                     \
    return failed

/* Each function that reads the times of files, by both of its names. */
#define READS(stat_, lstat_, fstat_, fstatat_, type)                           \
    int stat_(const char *restrict path, struct type *restrict found) {        \
        REAL(#stat_, const char *, struct type *);                             \
        int failed = real(path, found);                                        \
        SHIFTED(found);                                                        \
    }                                                                          \
    int lstat_(const char *restrict path, struct type *restrict found) {       \
        REAL(#lstat_, const char *, struct type *);                            \
        int failed = real(path, found);                                        \
        SHIFTED(found);                                                        \
    }                                                                          \
    int fstat_(int file, struct type *found) {                                 \
        REAL(#fstat_, int, struct type *);                                     \
        int failed = real(file, found);                                        \
        SHIFTED(found);                                                        \
    }                                                                          \
    int fstatat_(int folder, const char *restrict path, struct type *restrict found, int flags) { \
        REAL(#fstatat_, int, const char *, struct type *, int);                \
        int failed = real(folder, path, found, flags);                         \
        SHIFTED(found);                                                        \
    }

READS(stat, lstat, fstat, fstatat, stat)
READS(stat64, lstat64, fstat64, fstatat64, stat64)

static const struct timespec *unshifted(const struct timespec times[2], struct timespec shifted[2]) {
    if (!times)
        return NULL;
    for (int which = 0; which < 2; which++) {
        shifted[which] = times[which];
        if (times[which].tv_nsec != UTIME_NOW && times[which].tv_nsec != UTIME_OMIT)
            shifted[which].tv_sec -= ahead_s();
    }
    return shifted;
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
    REAL("utimensat", int, const char *, const struct timespec *, int);
    struct timespec shifted[2];
    return real(folder, path, unshifted(times, shifted), flags);
}

int futimens(int file, const struct timespec times[2]) {
    REAL("futimens", int, const struct timespec *);
    struct timespec shifted[2];
    return real(file, unshifted(times, shifted));
}
