-- What the database itself refuses, for Postgres: the same promises as in certificates_0001_sqlite.sql.

CREATE FUNCTION certificate_postings_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  f certificate_accounts%ROWTYPE;
  o certificate_accounts%ROWTYPE;
  t certificate_transactions%ROWTYPE;
  b certificate_batches%ROWTYPE;
  expected text;
BEGIN
  IF NEW.posting_id = 1 THEN
    expected := repeat('0', 64);
  ELSE
    SELECT hash INTO expected FROM certificate_postings WHERE posting_id = NEW.posting_id - 1;
  END IF;
  IF expected IS DISTINCT FROM NEW.previous_hash THEN
    RAISE EXCEPTION 'certificates:chain_broken' USING ERRCODE = '23000';
  END IF;

  SELECT * INTO f FROM certificate_accounts WHERE account_id = NEW.from_account;
  SELECT * INTO o FROM certificate_accounts WHERE account_id = NEW.to_account;
  SELECT * INTO t FROM certificate_transactions WHERE transaction_id = NEW.transaction_id;
  SELECT * INTO b FROM certificate_batches WHERE batch_id = NEW.batch_id;
  IF f.registry IS DISTINCT FROM b.registry OR o.registry IS DISTINCT FROM b.registry
     OR NEW.serial_start < b.serial_start OR NEW.serial_end > b.serial_end
     OR NOT EXISTS (SELECT 1 FROM certificate_moves m
                    WHERE m.kind = t.kind AND m.from_kind = f.kind AND m.to_kind = o.kind
                      AND (NOT m.same_organization OR f.organization = o.organization)) THEN
    RAISE EXCEPTION 'certificates:not_allowed' USING ERRCODE = '23000';
  END IF;
  RETURN NEW;
END $$;
--;;
-- What depends on holdings is judged here, row by row: all BEFORE triggers of a statement run before its first AFTER.
CREATE FUNCTION certificate_postings_apply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  f certificate_accounts%ROWTYPE;
  o certificate_accounts%ROWTYPE;
  t certificate_transactions%ROWTYPE;
  b certificate_batches%ROWTYPE;
  h certificate_holdings%ROWTYPE;
  settled text;
  moved bigint := NEW.serial_end - NEW.serial_start + 1;
  cost bigint;
BEGIN
  SELECT * INTO f FROM certificate_accounts WHERE account_id = NEW.from_account;
  SELECT * INTO o FROM certificate_accounts WHERE account_id = NEW.to_account;
  SELECT * INTO t FROM certificate_transactions WHERE transaction_id = NEW.transaction_id;
  SELECT * INTO b FROM certificate_batches WHERE batch_id = NEW.batch_id;
  SELECT * INTO h FROM certificate_holdings
  WHERE batch_id = NEW.batch_id AND serial_start <= NEW.serial_start ORDER BY serial_start DESC LIMIT 1;
  IF NEW.from_account < 0 THEN
    IF EXISTS (SELECT 1 FROM certificate_holdings WHERE batch_id = NEW.batch_id)
       OR b.serial_start <> NEW.serial_start OR b.serial_end <> NEW.serial_end THEN
      RAISE EXCEPTION 'certificates:double_count' USING ERRCODE = '23000';
    END IF;
  ELSIF h.batch_id IS NULL OR h.account_id <> NEW.from_account OR h.serial_end < NEW.serial_end THEN
    RAISE EXCEPTION 'certificates:not_held' USING ERRCODE = '23000';
  END IF;
  SELECT outcome INTO settled FROM certificate_outcomes WHERE transaction_id = NEW.transaction_id;
  IF f.kind = 'pending' AND (
      settled IS NULL
      OR (SELECT transaction_id FROM certificate_postings WHERE posting_id = h.posting_id) <> NEW.transaction_id
      OR (settled = 'accepted' AND NEW.to_account IS DISTINCT FROM t.to_account)
      OR (settled <> 'accepted' AND o.organization <> f.organization)) THEN
    RAISE EXCEPTION 'certificates:not_pending' USING ERRCODE = '23000';
  END IF;
  IF o.kind = 'pending' AND settled IS NOT NULL THEN
    RAISE EXCEPTION 'certificates:settled' USING ERRCODE = '23000';
  END IF;
  cost := CASE WHEN f.organization <> o.organization THEN t.price_usd ELSE h.unit_cost_usd END;

  IF NEW.from_account > 0 THEN
    IF f.organization <> o.organization AND t.price_usd IS NOT NULL THEN
      INSERT INTO certificate_realised
      VALUES (NEW.posting_id, NEW.from_account, b.class_id, moved, t.price_usd, h.unit_cost_usd);
    END IF;
    IF h.serial_end > NEW.serial_end THEN
      INSERT INTO certificate_holdings
      VALUES (h.batch_id, NEW.serial_end + 1, h.serial_end, h.account_id, h.posting_id, h.unit_cost_usd);
    END IF;
    IF h.serial_start < NEW.serial_start THEN
      UPDATE certificate_holdings SET serial_end = NEW.serial_start - 1
      WHERE batch_id = h.batch_id AND serial_start = h.serial_start;
    ELSE
      DELETE FROM certificate_holdings WHERE batch_id = h.batch_id AND serial_start = h.serial_start;
    END IF;
  ELSE
    INSERT INTO certificate_positions VALUES (NEW.from_account, b.class_id, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
  END IF;
  INSERT INTO certificate_holdings
  VALUES (NEW.batch_id, NEW.serial_start, NEW.serial_end, NEW.to_account, NEW.posting_id, cost);

  UPDATE certificate_positions SET
    quantity = quantity - moved,
    costed_quantity = costed_quantity - CASE WHEN h.unit_cost_usd IS NULL THEN 0 ELSE moved END,
    cost_usd = cost_usd - moved * COALESCE(h.unit_cost_usd, 0),
    posting_id = NEW.posting_id
  WHERE account_id = NEW.from_account AND class_id = b.class_id;
  INSERT INTO certificate_positions VALUES (NEW.to_account, b.class_id, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
  UPDATE certificate_positions SET
    quantity = quantity + moved,
    costed_quantity = costed_quantity + CASE WHEN cost IS NULL THEN 0 ELSE moved END,
    cost_usd = cost_usd + moved * COALESCE(cost, 0),
    posting_id = NEW.posting_id
  WHERE account_id = NEW.to_account AND class_id = b.class_id;
  RETURN NULL;
END $$;
--;;
-- Holdings and positions are written by the two functions above, one trigger deep, and by nobody else.
CREATE FUNCTION certificate_follow_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'certificates:%_follow_postings', split_part(TG_TABLE_NAME, '_', 2) USING ERRCODE = '23000';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
--;;
CREATE FUNCTION certificate_batches_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM certificate_batches
             WHERE registry = NEW.registry AND serial_base = NEW.serial_base
               AND serial_start <= NEW.serial_end AND serial_end >= NEW.serial_start)
     OR (NEW.imported_from IS NOT NULL AND EXISTS (
             SELECT 1 FROM certificate_batches
             WHERE imported_from = NEW.imported_from AND imported_base = NEW.imported_base
               AND imported_start <= NEW.imported_end AND imported_end >= NEW.imported_start)) THEN
    RAISE EXCEPTION 'certificates:double_count' USING ERRCODE = '23000';
  END IF;
  IF NEW.imported_from IS NOT NULL AND EXISTS (
      SELECT 1 FROM certificate_batches b
      JOIN certificate_holdings h ON h.batch_id = b.batch_id
      JOIN certificate_accounts a ON a.account_id = h.account_id
      WHERE b.registry = NEW.imported_from AND b.serial_base = NEW.imported_base
        AND h.serial_start <= NEW.imported_end AND h.serial_end >= NEW.imported_start AND a.kind <> 'exported') THEN
    RAISE EXCEPTION 'certificates:not_exported' USING ERRCODE = '23000';
  END IF;
  RETURN NEW;
END $$;
--;;
CREATE FUNCTION certificate_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'certificates:append_only' USING ERRCODE = '23000';
END $$;
--;;
CREATE TRIGGER certificate_postings_refuse BEFORE INSERT ON certificate_postings
FOR EACH ROW EXECUTE FUNCTION certificate_postings_refuse();
--;;
CREATE TRIGGER certificate_postings_apply AFTER INSERT ON certificate_postings
FOR EACH ROW EXECUTE FUNCTION certificate_postings_apply();
--;;
CREATE TRIGGER certificate_holdings_follow BEFORE INSERT OR UPDATE OR DELETE ON certificate_holdings
FOR EACH ROW EXECUTE FUNCTION certificate_follow_postings();
--;;
CREATE TRIGGER certificate_positions_follow BEFORE INSERT OR UPDATE OR DELETE ON certificate_positions
FOR EACH ROW EXECUTE FUNCTION certificate_follow_postings();
--;;
CREATE TRIGGER certificate_realised_follow BEFORE INSERT ON certificate_realised
FOR EACH ROW EXECUTE FUNCTION certificate_follow_postings();
--;;
CREATE TRIGGER certificate_batches_overlap BEFORE INSERT ON certificate_batches
FOR EACH ROW EXECUTE FUNCTION certificate_batches_overlap();
