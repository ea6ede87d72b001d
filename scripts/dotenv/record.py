"""Writes test/project/settings/dotenv-cases.json: what the real python-dotenv reads from texts that are easy to get wrong.

Run: python scripts/dotenv/record.py, with a Python that has python-dotenv. Each case holds the text, the bindings as parsed,
the values as pydantic-settings sees them (the file first) and as load_dotenv sees them (the environment first).
"""

import io
import json
import os
import pathlib
from importlib.metadata import version

from dotenv.main import resolve_variables
from dotenv.parser import parse_stream

TEXTS = [
    "A=1\nB=2\n",
    "A=1",
    "export A=1\nexport\tB=2\nexportC=3\n",
    "A = 1\nB =2\nC= 3 \n",
    "# comment\n  # indented\nA=1 # trailing\nB=1#no comment\nC= # only a comment\nD=#value\n",
    "A='single $B # not a comment'\nB=\"double\\nline\\t\\\"quoted\\\"\"\nC='it\\'s'\n",
    "A='two\nlines'\nB=3\n",
    'A="unclosed\nB=2\n',
    "A='a' b\nB=2\n",
    "A\nB=\nC=''\n",
    "=1\nB=2\n",
    "'quoted key'=1\n",
    "A=1\r\nB=\"x\r\ny\"\r\nC=3\r\n",
    "A=x\nB=${A}y\nC=${MISSING:-fallback}${MISSING}\nD=$A\nE='${A}'\n",
    "HOST=file\nURL=postgresql://u:p@${HOST}/db?sslmode=require&x=1\n",
    "A=1\nA=2\n",
    "A=\\n\nB='\\n'\nC=\"\\\\n\"\n",
    'CORS=["http://a", "http://b"]\nJSON=\'{"a": 1}\'\n',
    "A=a b  c\nB=é\u2028x\n",
    "KEY WITH SPACE=1\nB=2\n",
    "A='x'# comment\nB=\"y\" # comment\n",
    "\n\n  A=1\n\tB=2\n",
    "A=\"tail\\\\\"\nB=1\n",
    "A=`backtick`\nB=%ESC\n",
]
ENVIRONMENT = {"HOST": "process"}


def main():
    cases = []
    for text in TEXTS:
        bindings = list(parse_stream(io.StringIO(text.replace("\r\n", "\n"))))
        pairs = [(each.key, each.value) for each in bindings if each.key is not None]
        cases.append(
            {
                "text": text,
                "bindings": pairs,
                "problems": sum(each.error for each in bindings),
                "fileFirst": dict(resolve_variables(pairs, override=True)),
                "environmentFirst": dict(resolve_variables(pairs, override=False)),
            }
        )
    document = {"source": f"python-dotenv {version('python-dotenv')}", "environment": ENVIRONMENT, "cases": cases}
    path = pathlib.Path(__file__).parents[2] / "test" / "project" / "settings" / "dotenv-cases.json"
    path.write_text(json.dumps(document, indent="\t", ensure_ascii=False) + "\n")


os.environ.clear()
os.environ.update(ENVIRONMENT)
main()
