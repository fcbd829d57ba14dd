"""Templates compiled once for each language: words and addresses that never change are text by then.

`_('Sag')` and `url_for('inbox.mine')` with nothing but constants are looked up when the template is compiled.
An address belongs to where the application is mounted, so it is text only where that is the root.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from flask import current_app, has_request_context, request
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.runtime import Context
from markupsafe import Markup

from flowcase.web.language import current

_PLAIN = (FunctionType, MethodType, BuiltinFunctionType)
_TAKES_MORE = "jinja_pass_arg"  # Jinja's mark of a function that wants the context as well
_MARK = f"{secrets.token_hex(16)} "  # stands for what is whole, while a page is written


class _Context(Context):
    """Calls plain functions at once: Jinja looks in several places for what nearly none of them wants."""

    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if type(__obj) not in _PLAIN or hasattr(__obj, _TAKES_MORE):
            return super().call(__obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)


class CompiledPages(Environment):
    """Flask's environment, whose templates are kept by language, too."""

    context_class = _Context

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._loaded: dict[tuple[str, bool, str], Template] = {}

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        if globals or self.auto_reload or self.loader is None:  # somebody is working on the templates
            return super()._load_template(name, globals)
        key = (current(), _is_at_the_root(), name)
        found = self._loaded.get(key)
        if found is None:
            # Not a chain of maps over them, as Jinja would hand each template: every page and every part of
            # it copies what all pages know, and from a chain it does so name by name.
            found = self._loaded[key] = self.loader.load(self, name, self.globals)
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return tree if self.auto_reload else _settled(tree, dict(self._same_each_time()))

    def _same_each_time(self) -> Iterator[tuple[str, Any]]:
        """By name, the functions of templates that always answer the same to a text in such a request."""
        yield "_", self.globals["_"]
        if _is_at_the_root():
            yield "url_for", self.globals["url_for"]


def written(name: str, *, whole: Mapping[str, bytes], **values: Any) -> bytes:
    """A page as it is sent. Its many short parts are cheaper to encode than all of it is, where one letter
    of it is a rare one. `whole` are values that are encoded already: the template shows each by itself."""
    template = current_app.jinja_env.get_template(name)
    marks = {f"{_MARK}{each}": said for each, said in whole.items()}
    values |= {each: Markup(f"{_MARK}{each}") if said else "" for each, said in whole.items()}  # noqa: S704
    current_app.update_template_context(values)
    parts = template.root_render_func(template.new_context(values))
    return b"".join([marks[part] if part in marks else part.encode() for part in parts])


def _is_at_the_root() -> bool:
    return has_request_context() and not request.script_root


def _settled(tree: nodes.Template, same: dict[str, Callable[[str], str]]) -> nodes.Template:
    own = _own_names(tree)
    known = {name: ask for name, ask in same.items() if name not in own}
    for output in tree.find_all(nodes.Output):
        output.nodes = [_text_of(each, known) or each for each in output.nodes]
    return tree


def _own_names(tree: nodes.Template) -> set[str]:
    """What the template itself gives a meaning to."""
    found = {each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"}
    found |= {each.name for each in tree.find_all(nodes.Macro)}
    for taken in tree.find_all(nodes.FromImport):
        found |= {each if isinstance(each, str) else each[1] for each in taken.names}
    return found


def _text_of(node: nodes.Expr, known: dict[str, Callable[[str], str]]) -> nodes.Expr | None:
    """What a call stands for, as text of the page; None when it may be another one next time."""
    if not isinstance(node, nodes.Call) or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return None
    ask = known.get(node.node.name) if isinstance(node.node, nodes.Name) else None
    if ask is None or len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
        return None
    said = ask(node.args[0].value)
    return nodes.TemplateData(str(Markup.escape(said)), lineno=node.lineno)
