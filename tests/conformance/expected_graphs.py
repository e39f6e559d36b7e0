"""What each scenario of `graphs.py` should leave behind: scenario -> trees, drawn as in `trees.py`."""

THREE_NODES = """\
request agent: completed
  graph LangGraph: completed
    node answer: completed
    node load: completed
    node think: completed
"""

TREES = {
    "graph_invoked": THREE_NODES,
    "graph_streamed": THREE_NODES,
    "graph_invoked_async": THREE_NODES,
    "graph_streamed_async": """
        request agent: completed
          graph LangGraph: completed
            node answer: completed
            node load: completed
            node think: completed
          step use answer: completed
          step use load: completed
          step use think: completed
    """,
    "graph_stream_handed_on": """
        request agent: completed
          graph LangGraph: completed
            node answer: completed
            node load: completed
            node think: completed
        request use answer: completed
          step use answer: completed
        request use load: completed
          step use load: completed
        request use think: completed
          step use think: completed
    """,
    "graph_stream_closed_early": """
        request agent: abandoned
          graph LangGraph: abandoned
            node load: completed
    """,
    "graph_outside_of_any_request": """
        request LangGraph: completed
          graph LangGraph: completed
            node answer: completed
            node load: completed
            node think: completed
    """,
    "graphs_of_concurrent_requests": THREE_NODES * 8,
    "parallel_nodes": """
        request agent: completed
          graph LangGraph: completed
            node join: completed
            node left: completed
              step in left: completed
            node right: completed
              step in right: completed
    """,
    "parallel_nodes_async": """
        request agent: completed
          graph LangGraph: completed
            node join: completed
            node left: completed
              step in left: completed
            node right: completed
              step in right: completed
    """,
    "sends": """
        request agent: completed
          graph LangGraph: completed
            node plan: completed
              chain _share: completed
            node work: completed
            node work: completed
            node work: completed
    """,
    "sends_async": """
        request agent: completed
          graph LangGraph: completed
            node plan: completed
              chain _share: completed
            node work: completed
            node work: completed
            node work: completed
    """,
    "node_with_a_pool": """
        request agent: completed
          graph LangGraph: completed
            node node: completed
              step a: completed
              step b: completed
    """,
    "subgraph_as_node": """
        request agent: completed
          graph LangGraph: completed
            node before: completed
            node inner: completed
              graph LangGraph: completed
                node deep: completed
    """,
    "subgraph_as_node_async": """
        request agent: completed
          graph LangGraph: completed
            node before: completed
            node inner: completed
              graph LangGraph: completed
                node deep: completed
    """,
    "subgraph_in_node": """
        request agent: completed
          graph LangGraph: completed
            node node: completed
              step delegate: completed
                graph LangGraph: completed
                  node deep: completed
    """,
    "subgraph_in_node_async": """
        request agent: completed
          graph LangGraph: completed
            node node: completed
              step delegate: completed
                graph LangGraph: completed
                  node deep: completed
    """,
    "subgraphs_three_deep": """
        request agent: completed
          graph LangGraph: completed
            node outer: completed
              graph LangGraph: completed
                node middle: completed
                  graph LangGraph: completed
                    node deep: completed
    """,
    "entrypoint_in_node": """
        request agent: completed
          graph LangGraph: completed
            node node: completed
              step inner: completed
                graph LangGraph: completed
                  node deep: completed
    """,
    "command_to_the_parent": """
        request agent: completed
          graph LangGraph: completed
            node after: completed
            node inner: completed
              graph LangGraph: completed
                node leave: completed
    """,
    "retry_that_succeeds": """
        request agent: completed
          graph LangGraph: completed
            node node: completed
    """,
    "retry_that_gives_up": """
        request agent: error
          graph LangGraph: error
            node node: error
    """,
    "exception_in_node": """
        request agent: error
          graph LangGraph: error
            node fail: error
            node load: completed
    """,
    "handled_exception_in_node": """
        request agent: completed
          graph LangGraph: completed
            node answer: completed
            node load: completed
            node think: completed
          graph LangGraph: error
            node fail: error
    """,
    "cancelled_graph": """
        request agent: cancelled
          graph LangGraph: cancelled
            node work: cancelled
    """,
    "interrupted": """
        request agent: interrupted
          graph LangGraph: interrupted
            node ask: interrupted
            node draft: completed
    """,
    "interrupted_and_resumed": """
        request agent: completed
          graph LangGraph: completed
            node ask: completed
        request agent: interrupted
          graph LangGraph: interrupted
            node ask: interrupted
            node draft: completed
    """,
    "interrupted_and_resumed_in_one_request": """
        request agent: completed
          graph LangGraph: completed
            node ask: completed
          graph LangGraph: interrupted
            node ask: interrupted
            node draft: completed
    """,
    "interrupted_in_a_subgraph": """
        request agent: interrupted
          graph LangGraph: interrupted
            node inner: interrupted
              graph LangGraph: interrupted
                node ask: interrupted
    """,
    "interrupted_beside_a_node_that_is_done": """
        request agent: completed
          graph LangGraph: completed
            node ask: completed
            node work: completed
        request agent: interrupted
          graph LangGraph: interrupted
            node ask: interrupted
            node work: completed
    """,
}
