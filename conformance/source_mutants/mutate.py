# SPDX-License-Identifier: MIT
"""Finds the places of a C file where one small change makes a mutant.

A lexer, no parser: it knows comments, strings, lines of the preprocessor and
brackets, and our house style does the rest.  A mutant is one replacement of a
range of the text.  Only the bodies of functions are changed, and outside of
them numbers (defaults, sizes, tables).
"""
import collections
import hashlib
import re

TOKEN = re.compile(r"""
    (?P<blank>\s+|//(?:\\\n|[^\n])*|/\*.*?\*/)
  | (?P<text>L?"(?:\\.|[^"\\\n])*"|L?'(?:\\.|[^'\\\n])*')
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z_.])*)
  | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
  | (?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\|
        |[-+*/%&|^]=|.)
""", re.VERBOSE | re.DOTALL)
DIRECTIVE = re.compile(r"[ \t]*#(?:\\\n|/\*.*?\*/|[^\n])*", re.DOTALL)
INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)$")

SWAPS = {
    "==": ("equal", "!="), "!=": ("equal", "=="),
    "<": ("relation", "<="), "<=": ("relation", "<"),
    ">": ("relation", ">="), ">=": ("relation", ">"),
    "&&": ("logic", "||"), "||": ("logic", "&&"),
    "+=": ("sign", "-="), "-=": ("sign", "+="),
    "true": ("constant", "false"), "false": ("constant", "true"),
}
STEPS = {"++": "--", "--": "++"}
KEYWORDS = set("""break case continue default do else for goto if return sizeof
    switch while""".split())
TYPES = set("""bool char const double enum extern float int long short signed
    static struct union unsigned void volatile""".split())
# Asserting is not behaviour, and a list of arguments that is not begun or
# ended is no mutant that a test should look at.
NOT_CALLS = {"PALM_ASSERT", "assert", "static_assert", "_Static_assert"}
OPENERS = {"(": ")", "[": "]", "{": "}"}

Token = collections.namedtuple("Token", "kind text start end")
Mutant = collections.namedtuple(
    "Mutant", "id file line function kind start end before after")


def lex(source):
    """The tokens of a text, without comments and preprocessor lines."""
    tokens = []
    position = 0
    at_line_start = True
    while position < len(source):
        match = at_line_start and DIRECTIVE.match(source, position)
        if match:
            position = match.end()
            continue
        match = TOKEN.match(source, position)
        kind = match.lastgroup
        text = match.group()
        if kind == "blank":
            # Only the first line break of a run: "#" may follow it.
            if text[0].isspace() and "\n" in text:
                position += text.index("\n") + 1
                at_line_start = True
                continue
        else:
            tokens.append(Token(kind, text, position, match.end()))
            at_line_start = False
        position = match.end()
    return tokens


def pair_brackets(tokens):
    """For each bracket's index the index of its other half."""
    pairs = {}
    stack = []
    for i, token in enumerate(tokens):
        if token.kind == "sign" and token.text in OPENERS:
            stack.append(i)
        elif token.kind == "sign" and token.text in OPENERS.values():
            if not stack:
                raise ValueError("a bracket too many")
            opener = stack.pop()
            pairs[opener], pairs[i] = i, opener
    if stack:
        raise ValueError("a bracket too few")
    return pairs


class Finder:
    """Collects the mutants of one file."""

    def __init__(self, file, source):
        self.file = file
        self.source = source
        self.tokens = lex(source)
        self.pairs = pair_brackets(self.tokens)
        self.found = []  # (function, kind, start, end, after)
        self.mark_fixed()

    def text(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def mark_fixed(self):
        """The tokens that nothing may change: static assertions, the sizes
        of declared arrays, and {0}, which is how C says "all zero"."""
        self.fixed = set()
        for i, token in enumerate(self.tokens):
            is_assert = token.text in NOT_CALLS and self.text(i + 1) == "("
            is_zero = (token.text == "{" and self.text(i + 1) == "0"
                       and self.text(i + 2) == "}")
            if is_assert:
                self.fixed.update(range(i, self.pairs[i + 1] + 1))
            elif is_zero or (token.text == "[" and self.is_declared(i)):
                self.fixed.update(range(i, self.pairs[i] + 1))

    def is_declared(self, bracket):
        """`char name[`, `char *name[`, `char a[2], name[`: not an index."""
        name = bracket - 1
        if self.tokens[name].kind != "word" or name == 0:
            return False
        i = name - 1
        while self.text(i) == "*":
            i -= 1
        before = self.tokens[i]
        if before.kind == "word" and before.text not in KEYWORDS:
            return i == name - 1 or self.is_type(before.text)
        return False

    @staticmethod
    def is_type(word):
        return word in TYPES or word.endswith("_t")

    def functions(self):
        """(name, index of "{", index of "}", returns nothing) of each."""
        i = 0
        while i < len(self.tokens):
            if self.text(i) == "{":
                name = self.function_name(i)
                if name:
                    yield name, i, self.pairs[i], self.is_void(i)
                i = self.pairs[i]
            i += 1

    def function_name(self, brace):
        if self.text(brace - 1) != ")":
            return None
        before = self.pairs[brace - 1] - 1
        return self.text(before) if self.tokens[before].kind == "word" else None

    def is_void(self, brace):
        i = self.pairs[brace - 1] - 2  # before the name
        return self.text(i) == "void"

    def add(self, function, kind, first, last, after):
        """Replaces tokens first to last."""
        if any(i in self.fixed for i in (first, last)):
            return
        self.found.append((function, kind, self.tokens[first].start,
                           self.tokens[last].end, after))

    def find(self):
        outside = 0
        for name, opener, closer, is_void in self.functions():
            self.look_at_numbers("-", outside, opener)
            self.look_at_function(name, opener + 1, closer, is_void)
            outside = closer
        self.look_at_numbers("-", outside, len(self.tokens))
        self.found.sort(key=lambda found: found[2:4])
        return self.name_them()

    def look_at_numbers(self, function, first, last):
        for i in range(first, last):
            self.look_at_number(function, i)

    def look_at_number(self, function, i):
        match = INTEGER.match(self.text(i))
        if self.tokens[i].kind != "number" or not match:
            return
        if "return" in (self.text(i - 1), self.text(i - 2)) \
                and self.text(i + 1) == ";":
            return  # look_at_return() does these
        number, suffix = match.groups()
        if number.lower().startswith("0x"):
            after = "0x%x" % (int(number, 16) + 1)
        elif len(number) > 1 and number.startswith("0"):
            after = "0%o" % (int(number, 8) + 1)
        else:
            after = str(int(number) + 1)
        self.add(function, "constant", i, i, after + suffix)

    def look_at_function(self, name, first, last, is_void):
        for i in range(first, last):
            text = self.text(i)
            if text == "return":
                self.look_at_return(name, i, is_void)
            elif text == "if":
                self.look_at_if(name, i)
            elif text == "!" and self.text(i + 1) != "!" \
                    and self.text(i - 1) != "!":
                self.add(name, "not", i, i, "")
            elif text in SWAPS:
                if self.text(i - 1) != "return" or text in ("==", "!="):
                    self.add(name, SWAPS[text][0], i, i, SWAPS[text][1])
            elif text in ("+", "-") and self.is_binary(i):
                self.add(name, "sign", i, i, "-" if text == "+" else "+")
            elif text in STEPS and not self.is_in_for(i, first):
                self.add(name, "sign", i, i, STEPS[text])
            self.look_at_number(name, i)
            self.look_at_call(name, i)

    def is_binary(self, i):
        before = self.tokens[i - 1]
        if before.kind == "word":
            return before.text not in KEYWORDS
        if before.text == ")":
            inside = self.tokens[self.pairs[i - 1] + 1:i - 1]
            return not all(token.text == "*" or self.is_type(token.text)
                           for token in inside)
        return before.kind == "number" or before.text == "]"

    def is_in_for(self, i, first):
        """Loops that count the wrong way only cost time: they never end."""
        for j in range(i, first, -1):
            if self.text(j) == "(" and self.text(j - 1) == "for":
                return self.pairs[j] > i
        return False

    def look_at_return(self, name, i, is_void):
        end = i + 1
        while self.text(end) != ";":
            end = self.pairs[end] + 1 if end in self.pairs else end + 1
        value = [token.text for token in self.tokens[i + 1:end]]
        if not value:
            return
        if value == ["-", "1"]:
            after = "0"
        elif value == ["0"]:
            after = "-1"
        elif value == ["true"]:
            after = "false"
        elif value == ["false"]:
            after = "true"
        elif value == ["NULL"]:
            return  # every other pointer is a wild one
        elif len(value) == 1 and INTEGER.match(value[0]):
            after = str(int(INTEGER.match(value[0]).group(1), 0) + 1)
        elif is_void:
            return
        else:
            after = "0"
        self.add(name, "return", i + 1, end - 1, after)

    def look_at_if(self, name, i):
        opener, closer = i + 1, self.pairs[i + 1]
        depth = 0
        swaps = logic = 0
        for j in range(opener + 1, closer):
            text = self.text(j)
            depth += text in ("(", "[") and 1 or -(text in (")", "]"))
            if depth == 0:
                logic += text in ("&&", "||", "?", "=", "<", ">", "<=", ">=")
                swaps += text in ("==", "!=", "!")
        if swaps == 1 and logic == 0:
            return  # the other kinds make the same mutant
        inside = self.source[self.tokens[opener].start:
                             self.tokens[closer].end]
        self.add(name, "condition", opener, closer, "(!%s)" % inside)

    def look_at_call(self, name, i):
        """A statement that is a call: [(void)]a->b.c(…);"""
        if not self.begins_statement(i):
            return
        first = i
        if [self.text(i + n) for n in range(3)] == ["(", "void", ")"]:
            i += 3
        if self.tokens[i].kind != "word" or self.text(i) in KEYWORDS \
                or self.text(i) in NOT_CALLS:
            return
        while self.text(i + 1) in ("->", "."):
            i += 2
        if self.text(i + 1) != "(":
            return
        closer = self.pairs[i + 1]
        if self.text(closer + 1) == ";":
            self.add(name, "call", first, closer, "(void)0")

    def begins_statement(self, i):
        before = self.text(i - 1)
        if before == ")":
            head = self.pairs[i - 1] - 1
            return self.text(head) in ("if", "for", "while")
        if before == ":":  # of a label, not of "?"
            return self.text(i - 2) == "default" \
                or self.text(i - 3) in (";", "{", "}", "case")
        return before in (";", "{", "}", "else")

    def name_them(self):
        """The id: file, function, kind, a hash of the line, and which one of
        those that are the same in all this.  It holds while lines move."""
        seen = collections.Counter()
        mutants = []
        for function, kind, start, end, after in self.found:
            line_start = self.source.rfind("\n", 0, start) + 1
            line_end = self.source.find("\n", start)
            line = " ".join(self.source[line_start:line_end].split())
            code = hashlib.sha256(line.encode()).hexdigest()[:6]
            key = "%s:%s:%s:%s" % (self.file, function, kind, code)
            seen[key] += 1
            mutants.append(Mutant(
                "%s:%d" % (key, seen[key]), self.file,
                self.source.count("\n", 0, start) + 1, function, kind,
                start, end, self.source[start:end], after))
        return mutants


def find_mutants(file, source):
    return Finder(file, source).find()


def apply(mutant, source):
    return source[:mutant.start] + mutant.after + source[mutant.end:]


def rank(mutants, seed):
    """Puts them in an order whose first N are the sample of N: each file once,
    then spread over the files by their size.  A sample contains the smaller
    ones of its seed, and an edit of one file moves no other file's."""
    by_file = collections.defaultdict(list)
    for mutant in mutants:
        code = hashlib.sha256(("%s %s" % (seed, mutant.id)).encode())
        by_file[mutant.file].append((code.hexdigest(), mutant))
    order = []
    for those in by_file.values():
        those.sort(key=lambda pair: pair[0])
        for i, (code, mutant) in enumerate(those):
            share = i and (i + 0.5) / len(those)
            order.append((share, code, mutant))
    return [mutant for _, _, mutant in sorted(order, key=lambda x: x[:2])]
