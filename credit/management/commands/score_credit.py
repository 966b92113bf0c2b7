"""`manage.py score_credit FILE.json`: the credit scores of merchants whose facts a file says."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from credit.score.policy_document import credit_v1
from credit.score.reader import read_merchants
from credit.score.score_document import score_document
from credit.score.scoring import score_merchant
from credit.score.values import ScoreInputsInvalid
from district.documents.json_text import parse_json

_MOST_PROBLEMS = 3


class Command(BaseCommand):
    help = (
        "Print the credit score (policy credit-v1) of every merchant in a file as a JSON list:"
        " needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE.json", help="a list of merchants with their facts"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        policy = credit_v1()
        try:
            document = parse_json(Path(options["file"]).read_text(encoding="utf-8-sig"))
            scores = [
                score_document(merchant.name, score_merchant(merchant.inputs, policy))
                for merchant in read_merchants(document, policy)
            ]
        except OSError as trouble:
            raise CommandError(
                _("读不到文件 %(file)s：%(reason)s。")
                % {"file": options["file"], "reason": trouble.strerror}
            ) from trouble
        except ScoreInputsInvalid as trouble:
            raise CommandError(_sentence(trouble)) from trouble
        except ValueError as trouble:
            raise CommandError(_("不是 JSON 文件：%(reason)s。") % {"reason": trouble}) from trouble
        self.stdout.write(json.dumps(scores, ensure_ascii=False))


def _sentence(trouble: ScoreInputsInvalid) -> str:
    listed = "；".join(map(str, trouble.problems[:_MOST_PROBLEMS]))
    if len(trouble.problems) <= _MOST_PROBLEMS:
        return _("内容有误：%(problems)s。") % {"problems": listed}
    return _("内容有误：%(problems)s，共 %(count)d 处。") % {
        "problems": listed,
        "count": len(trouble.problems),
    }
