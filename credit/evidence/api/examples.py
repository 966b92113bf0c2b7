"""Bodies that the contract shows."""

FILE = {
    "id": "evf_7n42DGM5Tflk9n8mt7Fhc7",
    "kind": "image",
    "media_type": "image/jpeg",
    "size_bytes": 2381042,
    "sha256": "5f2b0a6f3f0d7c2a9f1f3f5d1a0b8c7e6d5c4b3a29181706f5e4d3c2b1a09f8e",
    "visibility": "parties",
    "check": "waiting",
    "check_text": "等待检测",
    "at": "2026-06-01T09:00:00+08:00",
    "case": "",
    "link": "/api/v1/me/evidence/content/AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGA",
    "link_until": "2026-06-01T09:10:00+08:00",
}
