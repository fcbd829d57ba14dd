"""The kinds of flow nodes: what each does when a token reaches it, completes it or is taken from it."""

from flowcase.engine.nodes.node import FlowNode, ProcessNode

__all__ = ["FlowNode", "ProcessNode"]
