"""Validates values against schemas of an OpenAPI 3.1 document: `json_values.py DOCUMENT CASES`.

CASES is a JSON list of {"name", "schema", "value"}, where `schema` names one of components/schemas. Writes the findings as JSON, one text each.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012


def main() -> None:
    document_file, cases_file = sys.argv[1:]
    document = json.loads(Path(document_file).read_text(encoding="utf-8"))
    cases = json.loads(Path(cases_file).read_text(encoding="utf-8"))
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:document", resource)
    validators = {}
    findings = []
    for case in cases:
        name = case["schema"]
        if name not in validators:
            reference = {"$ref": f"urn:document#/components/schemas/{name}"}
            validators[name] = Draft202012Validator(reference, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for error in validators[name].iter_errors(case["value"]):
            findings.append(f"{case['name']} is no {name}: {error.json_path} {error.message[:200]}")
    json.dump(findings, sys.stdout)


if __name__ == "__main__":
    main()
