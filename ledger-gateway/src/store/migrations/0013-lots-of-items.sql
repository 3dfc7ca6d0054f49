-- Single items by the lot that they came onto the ledger as one of: a recall of the lot is one of them.
create index state_item_lot on state ((record ->> 'lot')) where kind = 'item' and record ->> 'lot' is not null;
