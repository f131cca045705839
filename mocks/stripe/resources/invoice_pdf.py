"""An invoice or a quote as a PDF of one page: just enough of PDF 1.4 to show lines of text in Helvetica."""

from __future__ import annotations

from typing import Any

from mocks.stripe.resources.amounts import written as money

Json = dict[str, Any]

LONGEST = 95
MOST_LINES = 48


def written(invoice: Json) -> bytes:
    """Return the PDF of a finalized invoice; what does not fit on the page is counted at its end."""
    currency = invoice["currency"]
    lines = [
        f"Invoice {invoice['number']}",
        "",
        f"From: {invoice['account_name']}",
        f"Billed to: {invoice['customer_name'] or invoice['customer_email'] or invoice['customer']}",
        f"Status: {invoice['status']}",
        "",
        *(f"{line['description']}: {money(line['amount'], currency)}" for line in invoice["lines"]),
        "",
        *(f"Discount: {money(-each['amount'], currency)}" for each in invoice["total_discount_amounts"]),
        *(f"Billing credits: {money(-each, currency)}" for each in _credits(invoice)),
        *(
            f"Tax ({each['tax_behavior']}): {money(each['amount'], currency)}"
            for each in invoice["total_taxes"]
        ),
        f"Total: {money(invoice['total'], currency)}",
        f"Amount due: {money(invoice['amount_due'], currency)}",
        f"Amount paid: {money(invoice['amount_paid'], currency)}",
    ]
    return _shown(lines)


def _credits(invoice: Json) -> list[int]:
    used = "credit_balance_transaction"
    return [each["amount"] for each in invoice["total_pretax_credit_amounts"] if each["type"] == used]


def of_quote(quote: Json) -> bytes:
    """Return the PDF of a finalized quote."""
    currency = quote["currency"]
    sold = (
        f"{each['quantity']} x {each['description']}: {money(each['amount_subtotal'], currency)}"
        for each in quote["_"]["line_items"]
    )
    lines = [
        f"Quote {quote['number']}",
        "",
        *(text for text in (quote["header"], quote["description"]) if text),
        *sold,
        "",
        f"Total: {money(quote['amount_total'], currency)}",
        *([quote["footer"]] if quote["footer"] else []),
    ]
    return _shown(lines)


def _shown(lines: list[str]) -> bytes:
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more lines"]
    return _document("\n".join(f"({_text(line)}) Tj T*" for line in lines))


def _text(line: str) -> str:
    """Return a line as a PDF string: Windows Latin, parentheses and backslashes escaped."""
    shown = line[:LONGEST].encode("cp1252", "replace").decode("cp1252")
    return shown.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _document(content: str) -> bytes:
    stream = f"BT /F1 11 Tf 16 TL 56 780 Td\n{content}\nET".encode("cp1252")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (count, table, trailer)
