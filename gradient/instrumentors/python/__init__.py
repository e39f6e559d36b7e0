"""Python's own ways to hand work over: threads, queues, finalizers, processes, HTTP."""
