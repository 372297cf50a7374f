"""XML to verbs, with every problem found on the way.

The parser is expat with everything dangerous refused: a document type declaration (and with it
every entity of one's own), more than `MARKUP_DOCUMENT_BYTES`, more than `MARKUP_DEPTH` levels.
Invariant: `parse` returns a `Document` for any bytes whatsoever and raises nothing.

A document that is not well-formed has no verbs: half a document is not what anybody meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from ringfence.kernel.limits import (
    MARKUP_DEPTH,
    MARKUP_DOCUMENT_BYTES,
    MARKUP_PROBLEMS,
    MARKUP_VERBS,
)
from ringfence.markup import build
from ringfence.markup.element import Element
from ringfence.markup.elements import ELEMENTS, TOP_LEVEL, Values
from ringfence.markup.problems import Problem, shown
from ringfence.markup.spoken import CHANGES, spoken
from ringfence.markup.verbs import Broken, Unavailable, Verb

_BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Document:
    """What a document asks for, in order, and what is wrong with it."""

    verbs: tuple[Verb, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether there is anything to carry out, or nothing was asked for and nothing wrong."""
        return bool(self.verbs) or not any(p.severity == "error" for p in self.problems)


class _StopError(Exception):
    """Ends the parse from inside a handler; the problem is already noted."""


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet."""

    element: Element
    line: int
    column: int
    values: Values
    broken: bool = False
    text: list[str] = field(default_factory=list)
    children: list[Any] = field(default_factory=list)
    said_text: bool = False
    markup: dict[str, str] = field(default_factory=dict)
    """Attributes of speech markup, as they were written."""


def parse(document: bytes | str) -> Document:
    """Read a TwiML document.

    ``str`` is taken as UTF-8; ``bytes`` say their encoding themselves (BOM or XML declaration,
    UTF-8 where they do not).
    """
    encoding = None
    if isinstance(document, str):
        document = document.encode("utf-8", "replace")
        encoding = "utf-8"
    return _Parse(encoding).run(document)


class _Parse:
    """One run over one document."""

    __slots__ = (
        "_expat",
        "_line_shift",
        "_noted",
        "_open",
        "_problems",
        "_root",
        "_said_text",
        "_skip",
        "_verbs",
    )

    def __init__(self, encoding: str | None) -> None:
        self._problems: list[Problem] = []
        self._noted = 0
        self._verbs: list[Verb] = []
        self._open: list[_Open] = []
        self._root = False
        self._said_text = False
        self._skip = 0
        self._line_shift = 0
        parser = expat.ParserCreate(encoding)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        self._expat = parser

    def run(self, document: bytes) -> Document:
        if len(document) > MARKUP_DOCUMENT_BYTES:
            limit = MARKUP_DOCUMENT_BYTES // 1024
            return self._refused(
                "document_too_large", f"the document is larger than {limit} KiB", 0, 0
            )
        body = document.lstrip(_BLANKS)
        if not body:
            return self._refused("empty_document", "the document is empty", 0, 0)
        if len(body) != len(document) and body.startswith(b"<?xml"):
            self._line_shift = document[: len(document) - len(body)].count(b"\n")
            self._problem(
                "space_before_declaration",
                "blank space before the XML declaration was ignored",
                1,
                1,
            )
        else:
            body = document
        try:
            self._expat.Parse(body, True)
        except _StopError:
            return Document((), tuple(self._problems))
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            line = error.lineno + self._line_shift
            return self._refused("not_xml", f"not well-formed XML: {words}", line, error.offset + 1)
        except (LookupError, ValueError):
            # an encoding Python does not know, or one that needs more than a byte a character
            return self._refused("not_xml", "the encoding of the document is not known", 1, 1)
        left_out = self._noted - len(self._problems)
        problems = self._problems
        if left_out > 0:
            sentence = f"{left_out} more problems are not listed"
            problems = [*problems, Problem("problems_left_out", sentence)]
        return Document(tuple(self._verbs), tuple(problems))

    # -- handlers ---------------------------------------------------------------------------

    def _doctype(self, *_declaration: object) -> None:
        self._stop("doctype_refused", "a document type declaration (DOCTYPE) is refused")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skip:
            self._skip += 1
            if self._skip + len(self._open) > MARKUP_DEPTH:
                self._too_deep()
            return
        if not self._root:
            self._root = True
            if name != "Response":
                self._stop(
                    "root_not_response", f"the root element is <{shown(name)}>, not <Response>"
                )
            if attributes:
                for extra in attributes:
                    if extra != "version":
                        self._unknown_attribute("Response", extra, ())
            return
        if len(self._open) >= MARKUP_DEPTH - 1:
            self._too_deep()
        element = self._admitted(name)
        if element is None:
            self._skip = 1
            return
        line, column = self._here()
        opened = _Open(element, line, column, {"line": line, "column": column})
        if attributes:
            self._read_attributes(opened, attributes)
        self._open.append(opened)

    def _end(self, _name: str) -> None:
        if self._skip:
            self._skip -= 1
            return
        if not self._open:
            return  # the end of the Response itself
        opened = self._open.pop()
        self._close(opened, self._open[-1] if self._open else None)

    def _characters(self, text: str) -> None:
        if self._skip:
            return
        if self._open:
            opened = self._open[-1]
            if opened.element.content in {"text", "speech"}:
                opened.text.append(text)
                return
            if opened.said_text or not text.strip():
                return
            opened.said_text = True
            where = opened.element.name
        else:
            if self._said_text or not text.strip():
                return
            self._said_text = True
            where = "Response"
        self._problem("text_ignored", f"<{where}> takes no text; the text was ignored")

    # -- elements ---------------------------------------------------------------------------

    def _admitted(self, name: str) -> Element | None:
        """Return the element where it may stand here; note why where it may not."""
        parent = self._open[-1].element if self._open else None
        element = ELEMENTS.get(name)
        if parent is None:
            if element is not None and name not in TOP_LEVEL:
                self._problem("misplaced_element", f"<{name}> is no verb: it stands in another one")
                return None
            if element is None:
                self._problem("unknown_verb", f"<{shown(name)}> is not a verb; it was left out")
                return None
            if element.state == "later":
                line, column = self._problem("unavailable_verb", f"<{name}> is not available yet")
                self._append(Unavailable(name=name, line=line, column=column))
                return None
            return element
        if parent.content == "speech":
            return self._speech_markup(name, parent)
        if element is None or name not in parent.children:
            if name in parent.children:
                self._problem("unavailable_target", f"<{name}> cannot be dialled yet")
            elif name in TOP_LEVEL:
                code = "nested_verb" if parent.name == "Gather" else "nested_element"
                self._problem(code, f"<{name}> cannot stand in <{parent.name}>; it was left out")
            else:
                self._problem(
                    "unknown_element",
                    f"<{shown(name)}> is not known in <{parent.name}>; it was left out",
                )
            return None
        if element.state == "later":
            self._problem("unavailable_verb", f"<{name}> in <{parent.name}> is not available here")
            return None
        return element

    def _speech_markup(self, name: str, parent: Element) -> Element:
        """Markup that only colours the voice is spoken plainly; that is said once per Say."""
        say = next(opened for opened in self._open if opened.element.name == "Say")
        if name not in parent.children:
            self._problem(
                "unknown_element", f"<{shown(name)}> in <Say> is not known; its text is spoken"
            )
        elif name not in CHANGES and not say.said_text:
            say.said_text = True
            self._problem("markup_in_speech", f"<{name}> in <Say> is spoken as plain text")
        self._open[-1].text.append(" ")
        return Element(name, {}, parent.children, "speech")

    def _read_attributes(self, opened: _Open, attributes: dict[str, str]) -> None:
        table = opened.element.attributes
        element = opened.element.name
        if opened.element.content == "speech" and element != "Say":
            opened.markup = attributes
            return
        for name, value in attributes.items():
            attribute = table.get(name)
            if attribute is None:
                self._unknown_attribute(element, name, tuple(table))
                continue
            if attribute.name is None:
                self._problem(
                    "attribute_without_effect", f"{name} of <{element}> has no effect yet"
                )
                continue
            try:
                opened.values[attribute.name] = attribute.read(value)
            except ValueError:
                if attribute.name == "action":
                    opened.broken = True
                    done = "the verb cannot be carried out"
                else:
                    done = "the default is used"
                code = "bad_url" if attribute.name == "action" else "bad_value"
                self._problem(
                    code,
                    f"{name} of <{element}> must be {attribute.expects}; {done}",
                    warning=attribute.warning,
                )

    def _close(self, opened: _Open, parent: _Open | None) -> None:
        element = opened.element
        if parent is not None and parent.element.content == "speech":
            parent.text.append(spoken(element.name, opened.markup, "".join(opened.text)))
            parent.text.append(" ")
            return
        report = _Report(self, opened)
        made = build.BUILDERS[element.name](
            opened.values, "".join(opened.text).strip(), opened.children, report
        )
        if element.state == "parsed" and made is not None:
            report("unavailable_target", f"<{element.name}> cannot be dialled yet")
        if parent is not None:
            if made is not None and not opened.broken:
                parent.children.extend(made if isinstance(made, tuple) else (made,))
        elif opened.broken or made is build.BROKEN:
            self._append(Broken(name=element.name, line=opened.line, column=opened.column))
        elif isinstance(made, tuple):
            for verb in made:
                self._append(verb)
        elif made is not None:
            self._append(made)

    def _append(self, verb: Verb) -> None:
        if len(self._verbs) >= MARKUP_VERBS:
            self._stop("too_many_verbs", f"more than {MARKUP_VERBS} verbs in one document")
        self._verbs.append(verb)

    # -- problems ---------------------------------------------------------------------------

    def _here(self) -> tuple[int, int]:
        parser = self._expat
        return parser.CurrentLineNumber + self._line_shift, parser.CurrentColumnNumber + 1

    def _problem(
        self,
        code: str,
        sentence: str,
        line: int = 0,
        column: int = 0,
        *,
        warning: int | None = None,
    ) -> tuple[int, int]:
        if not line:
            line, column = self._here()
        self._noted += 1
        if len(self._problems) < MARKUP_PROBLEMS:
            self._problems.append(Problem(code, sentence, line, column, warning))
        return line, column

    def _unknown_attribute(self, element: str, name: str, known: tuple[str, ...]) -> None:
        lower = name.lower()
        meant = next((word for word in known if word.lower() == lower), None)
        hint = f"; write {meant}" if meant else ""
        self._problem(
            "unknown_attribute", f"<{element}> has no attribute {shown(name)}; ignored{hint}"
        )

    def _too_deep(self) -> None:
        self._stop("too_deep", f"elements are nested more than {MARKUP_DEPTH} deep")

    def _stop(self, code: str, sentence: str) -> None:
        if len(self._problems) >= MARKUP_PROBLEMS:
            self._problems.pop()  # what ended the document must be on the list
        self._problem(code, sentence)
        raise _StopError

    def _refused(self, code: str, sentence: str, line: int, column: int) -> Document:
        if len(self._problems) >= MARKUP_PROBLEMS:
            self._problems.pop()
        return Document((), (*self._problems, Problem(code, sentence, line, column)))


class _Report:
    """Lets a builder note a problem at the place its element began."""

    __slots__ = ("_opened", "_run")

    def __init__(self, run: _Parse, opened: _Open) -> None:
        self._run = run
        self._opened = opened

    def __call__(self, code: str, sentence: str) -> None:
        self._run._problem(code, sentence, self._opened.line, self._opened.column)
