"""Requests that send a photographed bill as wx.uploadFile does."""

from django.core.files.uploadedfile import SimpleUploadedFile

from district.kernel.models import Idem
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto
from tests.receipt_photos.pictures import jpeg

ADDRESS = "/api/v1/me/receipts"
PROBLEM = "application/problem+json"


def upload(body=None, name="tmp_7f3a.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, jpeg() if body is None else body, kind)


def send(phone, form, photo=None, *, key="k-1", **headers):
    body = form | ({} if photo is False else {"photo": photo or upload()})
    extra_headers = headers if key is None else {"HTTP_IDEMPOTENCY_KEY": key, **headers}
    return phone.post(ADDRESS, body, **extra_headers)


def problem(answer, status, code):
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM), answer.content
    body = answer.json()
    assert body["code"] == code
    return body


def nothing_written():
    assert not ReceiptPhoto.objects.exists()
    assert not PhotoPicture.objects.exists()
    assert not Idem.objects.filter(scope__contains="receipt_photo").exists()
