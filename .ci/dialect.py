"""Holds every spec file to spec/dialect.schema.json, by a validator that is not ours."""

import json
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

schema = json.loads(Path("spec/dialect.schema.json").read_text(encoding="utf-8"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)

mistakes = 0
files = sorted(Path("spec").glob("v*/*/*.yaml"))
for file in files:
    for error in validator.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8"))):
        mistakes += 1
        print(f"{file}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
print(f"{len(files)} spec files, {mistakes} mistakes")
sys.exit(1 if mistakes or not files else 0)
