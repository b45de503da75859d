"""The hosted payment page: plain HTML that works without scripts. Pure."""

from html import escape

from tests.payments.forms import Json

LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 3rem auto; padding: 0 1rem }}
label {{ display: block; margin-top: .75rem }}
input:not([type=radio]) {{ display: block; width: 100%; padding: .5rem; font: inherit }}
button {{ margin: 1rem 0; padding: .6rem 2rem; font: inherit }}
[role=alert] {{ border-left: 4px solid #b00020; padding-left: .75rem; color: #b00020 }}
</style></head><body><main>
<h1>{title}</h1>
{body}
</main></body></html>"""

FORM = """<p>Test payment. No money moves.</p>
<ul>{items}</ul>
<p>Total: <strong id="amount">{amount}</strong></p>
{alert}
<form method="post">
<fieldset><legend>Pay with</legend>
<label><input type="radio" name="method" value="card" checked> Card</label>
<label><input type="radio" name="method" value="us_bank_account"> Bank debit</label>
</fieldset>
<label>Card number <input name="number" inputmode="numeric" autocomplete="cc-number"
 placeholder="4242 4242 4242 4242"></label>
<label>Expiry <input name="expiry" autocomplete="cc-exp" placeholder="MM / YY"></label>
<label>CVC <input name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123"></label>
<button type="submit">Pay</button>
</form>
{back}"""


def money(cents: int, currency: str) -> str:
    return f"${cents / 100:.2f}" if currency == "usd" else f"{cents / 100:.2f} {currency.upper()}"


def checkout(session: Json, lines: list[Json], *, error: str | None = None) -> str:
    items = "".join(
        f"<li>{escape(line['description'])} × {line['quantity']}: "
        f"{money(line['amount_total'], line['currency'])}</li>"
        for line in lines
    )
    back = f'<a href="{escape(session["cancel_url"])}">Back</a>' if session["cancel_url"] else ""
    body = FORM.format(
        items=items,
        amount=money(session["amount_total"], session["currency"]),
        alert=f'<p role="alert">{escape(error)}</p>' if error else "",
        back=back,
    )
    return LAYOUT.format(title="Pay", body=body)


def closed(session: Json) -> str:
    back = f'<p><a href="{escape(session["cancel_url"])}">Back</a></p>' if session["cancel_url"] else ""
    return LAYOUT.format(title="This page has expired", body=f"<p>Nothing was charged.</p>{back}")


def receipt(charge: Json) -> str:
    body = (
        f"<p>{escape(charge['id'])}: {money(charge['amount'], charge['currency'])} paid, "
        f"{money(charge['amount_refunded'], charge['currency'])} refunded.</p>"
    )
    return LAYOUT.format(title="Receipt", body=body)


def message(text: str) -> str:
    return LAYOUT.format(title=text, body="")
