"""What was sold, summed up: to clients by day, of products by month; kept by triggers, as what each change adds (ADR 28)."""

from django.db import migrations, models

IN_FORCE = "{0}.status in ('confirmed', 'done') and {0}.deleted_at is null and {0}.issued_on is not null"
MONTH = "(extract(year from {0}.issued_on) * 12 + extract(month from {0}.issued_on) - 1)::int"
HEAD = "{0}.id, {0}.issued_on, {0}.company_id, {0}.party_id, {0}.owner_id, {0}.team_id, {0}.currency, {0}.amount, {0}.tax_total"

TO_CLIENTS = """
insert into sale_to_client (month, day, company_id, party_id, owner_id, team_id, currency, amount, net, orders, folded)
select {month}, s.issued_on, s.company_id, s.party_id, s.owner_id, s.team_id, s.currency, s.sign * (s.amount * 100)::bigint,
    s.sign * ((s.amount - s.tax_total) * 100)::bigint, s.sign, {folded} from {source} s"""
OF_PRODUCTS = """
insert into sale_of_product (month, company_id, product_id, owner_id, team_id, currency, amount, net, quantity, lines, folded)
select {month}, s.company_id, l.product_id, s.owner_id, s.team_id, s.currency, sum(s.sign * l.sign * (coalesce(l.total, 0) * 100)::bigint),
    sum(s.sign * l.sign * (coalesce(l.net, 0) * 100)::bigint), sum(s.sign * l.sign * l.quantity), sum(s.sign * l.sign), {folded}
  from {source} s join {lines} l on l.order_id = s.id group by 1, 2, 3, 4, 5, 6
  having (sum(s.sign * l.sign), sum(s.sign * l.sign * l.quantity), sum(s.sign * l.sign * coalesce(l.total, 0)),
    sum(s.sign * l.sign * coalesce(l.net, 0))) is distinct from (0::bigint, 0::numeric, 0::numeric, 0::numeric)"""
ALL_LINES = "(select order_id, product_id, quantity, total, net, 1 as sign from sales_order_line)"


def heads(table: str, sign: int, more: str = "") -> str:
    """The orders in force of a table, each with the sign that its sums are to have."""
    return f"select {HEAD.format('h')}, {sign} as sign from {table} h where {IN_FORCE.format('h')}{more}"  # nosec B608 - words of this file


def facts(source: str, lines: str = ALL_LINES, *, clients: bool = True, folded: str = "false") -> str:
    """What some orders add to the sums."""
    told = {"month": MONTH.format("s"), "source": f"({source})", "folded": folded, "lines": lines}
    return f"{TO_CLIENTS.format(**told) if clients else ''};{OF_PRODUCTS.format(**told)};".lstrip(";")


def function(name: str, body: str) -> str:
    """A trigger's function."""
    return f"create or replace function {name}() returns trigger language plpgsql as $$\n{body}\n$$"


# An order and its lines are changed by statements of their own. So each of the two adds what its change means for the other as it
# stands, and the sum is what has changed in all, in whatever order they come.
ORDERS_INSERTED = function("sales_order_sold_insert", f"begin {facts(heads('new_rows', 1))} return null; end")
ORDERS_DELETED = function("sales_order_sold_delete", f"begin {facts(heads('old_rows', -1))} return null; end")
TOUCHED = " and h.id = any(touched)"
ORDERS_UPDATED = function(
    "sales_order_sold_update",
    f"""declare touched bigint[];
begin
  select array_agg(n.id) into touched from new_rows n join old_rows o on o.id = n.id
   where ({IN_FORCE.format("n")}, {HEAD.format("n")}) is distinct from ({IN_FORCE.format("o")}, {HEAD.format("o")})
     and ({IN_FORCE.format("n")} or {IN_FORCE.format("o")});
  if touched is not null then
    {facts(f"{heads('new_rows', 1, TOUCHED)} union all {heads('old_rows', -1, TOUCHED)}")}
  end if;
  return null;
end""",  # nosec B608 - words of this file
)
LINES = "(select order_id, product_id, quantity, total, net, {sign} as sign from {table})"
NEW, OLD = LINES.format(sign=1, table="new_rows"), LINES.format(sign=-1, table="old_rows")


def lines_changed(name: str, lines: str) -> str:
    """Lines that have come or gone, of orders as they stand."""
    of_these = f" and h.id in (select x.order_id from {lines} x)"  # nosec B608 - words of this file
    return function(
        name, f"begin {facts(heads('sales_order', 1, of_these), lines, clients=False)} return null; end"
    )


LINES_INSERTED = lines_changed("sales_order_line_sold_insert", NEW)
LINES_DELETED = lines_changed("sales_order_line_sold_delete", OLD)
LINES_UPDATED = lines_changed("sales_order_line_sold_update", f"({NEW[1:-1]} union all {OLD[1:-1]})")
TRIGGERS = [
    f"create trigger sold_{act} after {act} on {table} referencing {rows} for each statement execute function {table}_sold_{act}()"
    for table in ("sales_order", "sales_order_line")
    for act, rows in (
        ("insert", "new table as new_rows"),
        ("update", "old table as old_rows new table as new_rows"),
        ("delete", "old table as old_rows"),
    )
]
KNOWN = facts(heads("sales_order", 1), folded="true")
"""What all orders together have sold."""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_paper_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="SaleOfProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.IntegerField()),
                ("company_id", models.BigIntegerField(null=True)),
                ("product_id", models.BigIntegerField(null=True)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("team_id", models.BigIntegerField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("net", models.BigIntegerField()),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=18)),
                ("lines", models.IntegerField()),
                ("folded", models.BooleanField()),
            ],
            options={
                "db_table": "sale_of_product",
                "indexes": [
                    models.Index(fields=["month"], name="sale_of_product_month"),
                    models.Index(
                        condition=models.Q(("folded", False)), fields=["month"], name="sale_of_product_new"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SaleToClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.IntegerField()),
                ("day", models.DateField()),
                ("company_id", models.BigIntegerField(null=True)),
                ("party_id", models.BigIntegerField(null=True)),
                ("owner_id", models.BigIntegerField(null=True)),
                ("team_id", models.BigIntegerField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("net", models.BigIntegerField()),
                ("orders", models.IntegerField()),
                ("folded", models.BooleanField()),
            ],
            options={
                "db_table": "sale_to_client",
                "indexes": [
                    models.Index(fields=["day"], name="sale_to_client_day"),
                    models.Index(
                        condition=models.Q(("folded", False)), fields=["day"], name="sale_to_client_new"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            [ORDERS_INSERTED, ORDERS_DELETED, ORDERS_UPDATED, LINES_INSERTED, LINES_DELETED, LINES_UPDATED],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL(";\n".join(TRIGGERS), migrations.RunSQL.noop),
    ]
