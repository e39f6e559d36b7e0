"""What each scenario should leave behind: scenario -> trees, drawn as in `trees.py`."""

FIFTY = sorted(
    f"request agent: completed\n  step after {n}: completed\n  step before {n}: completed\n" for n in range(50)
)

TREES = {
    "pool_submit": """
        request agent: completed
          step plan: completed
            step a: completed
            step b: completed
            step c: completed
    """,
    "pool_map": """
        request agent: completed
          step a: completed
          step b: completed
          step c: completed
          step d: completed
    """,
    "pool_shared_by_requests": """
        request first: completed
          step of first: completed
        request of nobody: completed
          step of nobody: completed
        request second: completed
          step of second: completed
    """,
    "thread": """
        request agent: completed
          step plan: completed
            step work: completed
    """,
    "thread_subclass": """
        request agent: completed
          step work: completed
    """,
    "timer": """
        request agent: completed
          step work: completed
    """,
    "thread_in_thread": """
        request agent: completed
          step outer: completed
            step inner: completed
    """,
    "thread_outlives_request": """
        request agent: completed
        request late: completed
          step late: completed
    """,
    "fifty_threads": "".join(FIFTY),
    "gather": """
        request agent: completed
          step plan: completed
            step a: completed
              step in a: completed
            step b: completed
              step in b: completed
            step c: completed
              step in c: completed
    """,
    "to_thread": """
        request agent: completed
          step plan: completed
            step work: completed
    """,
    "run_in_executor": """
        request agent: completed
          step in the default executor: completed
          step plan: completed
            step in a pool: completed
    """,
    "fifty_tasks": "".join(FIFTY),
    "task_outlives_request": """
        request agent: completed
        request late: completed
          step late: completed
    """,
    "task_from_outside": """
        request agent: completed
        request work: completed
          step work: completed
    """,
    "cancelled_task": """
        request agent: cancelled
          step work: cancelled
    """,
    "cancelled_part": """
        request agent: completed
          step instead: completed
          step slow: cancelled
    """,
    "sync_in_sync": """
        request outer: completed
          step after: completed
          step inner: completed
            step work: completed
    """,
    "sync_in_async": """
        request outer: completed
          step inner: completed
            step work: completed
    """,
    "async_in_sync": """
        request outer: completed
          step inner: completed
            step work: completed
    """,
    "context_of_its_own": """
        request agent: completed
          step copied: completed
        request empty: completed
          step empty: completed
    """,
    "exception": """
        request agent: error
          step work: error
    """,
    "keyboard_interrupt": """
        request agent: cancelled
          step work: cancelled
    """,
    "exit_without_error": """
        request agent: completed
          step work: completed
    """,
    "exit_with_error": """
        request agent: error
          step work: error
    """,
    "handled_exception": """
        request agent: completed
          step first try: error
          step second try: completed
    """,
    "one_of_many_fails": """
        request agent: completed
          step work 0: completed
        request agent: completed
          step work 2: completed
        request agent: error
          step work 1: error
    """,
    "generator": """
        request stream: completed
          step item 0: completed
          step item 1: completed
        request use 0: completed
          step use 0: completed
        request use 1: completed
          step use 1: completed
    """,
    "generator_closed_early": """
        request after: completed
          step after: completed
        request stream: abandoned
          step item 0: abandoned
    """,
    "generator_never_read": """
    """,
    "generator_dropped": """
        request after: completed
          step after: completed
        request stream: abandoned
          step item 0: abandoned
    """,
    "generator_in_sync": """
        request agent: completed
          step stream: completed
            step item 0: completed
            step item 1: completed
          step use 0: completed
          step use 1: completed
    """,
    "generator_outlives_request": """
        request agent: completed
          step stream: completed
            step item 0: completed
        request item 1: completed
          step item 1: completed
        request use 1: completed
          step use 1: completed
    """,
    "generator_delegated_to": """
        request agent: completed
          step outer: completed
            step stream: completed
              step item 0: completed
              step item 1: completed
        request use 0: completed
          step use 0: completed
        request use 1: completed
          step use 1: completed
    """,
    "generators_interleaved": """
        request stream: completed
          step first of left: completed
          step second of left: completed
        request stream: completed
          step first of right: completed
          step second of right: completed
        request use: completed
          step use: completed
        request use: completed
          step use: completed
    """,
    "generator_fails": """
        request stream: error
          step work: error
    """,
    "generator_is_sent_to": """
        request stream: completed
          step ask: completed
          step heard answer: completed
            step recover: completed
        request think: completed
          step think: completed
    """,
    "generator_read_by_threads": """
        request send: completed
          step send: completed
        request send: completed
          step send: completed
        request send: completed
          step send: completed
        request stream: completed
          step item 0: completed
          step item 1: completed
    """,
    "generator_starts_threads": """
        request stream: completed
          step item a: completed
            step a: completed
          step item b: completed
            step b: completed
        request use a: completed
          step use a: completed
        request use b: completed
          step use b: completed
    """,
    "async_generator": """
        request stream: completed
          step item 0: completed
          step item 1: completed
        request use 0: completed
          step use 0: completed
        request use 1: completed
          step use 1: completed
    """,
    "async_generator_closed_early": """
        request after: completed
          step after: completed
        request stream: abandoned
          step item 0: abandoned
    """,
    "async_generator_abandoned": """
        request after: completed
          step after: completed
        request stream: abandoned
          step item 0: abandoned
    """,
    "async_generator_left_to_the_loop": """
        request stream: abandoned
          step item 0: abandoned
    """,
    "async_generator_fails": """
        request stream: error
          step work: error
    """,
    "async_generator_in_async": """
        request agent: completed
          step stream: completed
            step item 0: completed
            step item 1: completed
          step use 0: completed
          step use 1: completed
    """,
    "async_generators_interleaved": """
        request between: completed
          step between: completed
        request between: completed
          step between: completed
        request between: completed
          step between: completed
        request stream: completed
          step item 0: completed
          step item 1: completed
        request stream: completed
          step item 0: completed
          step item 1: completed
    """,
    "async_generator_cancelled": """
        request stream: cancelled
          step first: completed
          step second: cancelled
    """,
    "async_generator_read_by_another_task": """
        request reader: completed
          step stream: completed
            step item 0: completed
            step item 1: completed
          step use 0: completed
          step use 1: completed
    """,
    "async_generator_read_by_a_task_each": """
        request send: completed
          step send: completed
        request send: completed
          step send: completed
        request send: completed
          step send: completed
        request stream: completed
          step item 0: completed
          step item 1: completed
    """,
    "async_generator_feeds_a_queue": """
        request consumer: completed
          step use 0: completed
          step use 1: completed
        request stream: completed
          step item 0: completed
          step item 1: completed
    """,
}
