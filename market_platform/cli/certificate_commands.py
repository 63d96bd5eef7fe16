"""``market-platform certificates``: the commands of the certificate desk, put together."""

import typer

from market_platform.cli import (
    certificate_act_commands,
    certificate_duty_commands,
    certificate_forward_commands,
    certificate_look_commands,
    certificate_mrets_commands,
)

app = typer.Typer(help="Renewable energy certificates: registries, ledger, compliance, ESG.", no_args_is_help=True)

app.command("registries")(certificate_look_commands.registries)
app.command("import")(certificate_look_commands.import_exports)
app.command("sync")(certificate_look_commands.sync)
app.command("positions")(certificate_look_commands.positions)
app.command("profit")(certificate_look_commands.profit)
app.command("accounts")(certificate_look_commands.accounts)
app.command("offers")(certificate_look_commands.offers)
app.command("history")(certificate_look_commands.history)
app.command("audit")(certificate_look_commands.audit)
app.command("open")(certificate_act_commands.open_account)
app.command("transfer")(certificate_act_commands.transfer)
app.command("accept")(certificate_act_commands.accept)
app.command("reject")(certificate_act_commands.reject)
app.command("withdraw")(certificate_act_commands.withdraw)
app.command("retire")(certificate_act_commands.retire)
app.command("unretire")(certificate_act_commands.unretire)
app.command("move")(certificate_act_commands.move)
app.command("window")(certificate_act_commands.window)
app.command("forward")(certificate_forward_commands.forward)
app.command("rescind")(certificate_forward_commands.rescind)
app.command("deliver")(certificate_forward_commands.deliver)
app.command("export")(certificate_forward_commands.export)
app.command("upload")(certificate_act_commands.upload)
app.command("esg")(certificate_duty_commands.esg)
app.add_typer(certificate_duty_commands.comply, name="comply")
app.add_typer(certificate_mrets_commands.app, name="mrets")
