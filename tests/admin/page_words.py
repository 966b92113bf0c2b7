"""What a person reads or hears of a page, and which of it is English."""

import html
import re

from django.apps import apps

from district.kernel.database.ids import PublicIdField

# How public numbers begin, and words of actors and subjects.
PREFIXES = {
    field.prefix
    for model in apps.get_models()
    for field in model._meta.fields
    if isinstance(field, PublicIdField)
} | {"chr", "crf", "pf", "rcp", "till", "key", "tk", "user", "usr", "tr"}
# What is no English: keys of the keyboard, numbers of things, the words of protocols and of stored data.
KNOWN = re.compile(
    rf"\b(?:{'|'.join(sorted(PREFIXES, key=len, reverse=True))})[_:](?:[\w-]+|…)"
    r"""| [a-z]+\.[a-z]+:\d+ | \b[0-9a-f]{64}\b | \b(?:receipt|refund|paid)_(?:no|fen|at)\b | \bclean_plate\b
    | \b(?:store|member|phone|code|kind|fen|csv|ndjson|receipt|refund|reversal|merchant|points|transfer|payment)\b
    | \bN?D?JSON\b | \bCSV\b | \bXLSX\b | \bExcel\b | \bJPEG\b | \bPNG\b | \bUTF-8\b | \bCtrl\b | \besc\b
    | \b(?:PDF|MP4|MOV|KB|MB)\b | \b(?:image|video|application)/\w+ | \b(?:credit|complaints|charter)-[\w-]+
    # Signatures and codes, as base64.
    | (?<![\w/+-])[\w/+-]{32,}={0,2} | \bCase(?:Acted|NoticeDue)\b | /charter/
    | \bGCJ-02\b | \bWGS-84\b | \bGPS\b | \bgate-\d+ | \bGeoJSON\b | \bFeatureCollection\b | \bParkAPI\b
    | \bParkingSite\b | \bproperties\b | \bA[45]\b
    # Payments in member stores, as WeChat words them.
    | \bmpy_\w+ | \bREGISTERED_MODE\b
    | \bPoints(?:Earned|Activated|Held|Spent|Expired|Adjusted)\b | \bHoldEnded\b | \bReceiptRefunded\b
    | \bCoupon(?:Issued|Leased|Conflict|Redeemed|Returned|Expired|Expiring|Given|Revoked|BillRefunded)\b
    # Numbers of orders, refunds and transactions; a channel's own code.
    | \b(?:TS|JB)\d{8}\b | \bT?[PRW]\d{8}[0-9A-Z]{16}\b | \bRULE_LIMIT\b
    | \b(?:NORMAL|ACCEPTED|SUCCESS|FAIL|OVERDUE)\b
    # How the documents of a coupon template are written.
    | "[\w.…]+" | \bAccountsMerged\b | \bTransferReversed\b | \bValueError\b | \bF[0-9]\b | \b\dF\b | \bB\d\b""",
    re.VERBOSE,
)
DATA = {
    "yunying",
    "genben",
    "owner",
    "manager",
    "cashier",
    "finance",
    "trade",
    "usr",
    "csrfmiddlewaretoken",
}


def page_text(page):
    """What a person reads or hears of a page: text, titles, labels, placeholders."""
    markup = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    markup = re.sub(
        r"<(\w+)[^>]*material-symbols-outlined[^>]*>.*?</\1>", " ", markup, flags=re.DOTALL
    )
    attributes = re.findall(r'\s(?:title|aria-label|placeholder|alt)="([^"]*)"', markup)
    # An attribute may hold a > of some script; texts are what stands between whole tags.
    text = re.sub(r"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""", "\n", markup)
    # Nine tenths of a page are spaces between tags, at each of which every word of KNOWN would be tried.
    words = "\n".join([re.sub(r"\s+", " ", text), *attributes])
    return html.unescape(words)


def english_in(page):
    rest = KNOWN.sub(" ", page_text(page))
    return {word for word in re.findall(r"[A-Za-z]{2,}", rest) if word.lower() not in DATA}
