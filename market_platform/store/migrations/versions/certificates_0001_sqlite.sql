-- What the database itself refuses, for SQLite; two dashes and two semicolons part the statements.
-- Messages are "certificates:<code>"; Python turns the code into a typed refusal.

-- One row at most: what a trigger's statements need to know of the posting and of the holding that it cuts.
CREATE TABLE certificate_splits (
  class_id INTEGER, old_start BIGINT, old_end BIGINT, old_posting INTEGER, old_cost BIGINT, new_cost BIGINT,
  sold_at BIGINT
);
--;;
-- 1. A posting continues the hash chain, follows an allowed move and takes what its account really holds.
CREATE TRIGGER certificate_postings_refuse BEFORE INSERT ON certificate_postings
BEGIN
  SELECT RAISE(ABORT, 'certificates:chain_broken')
  WHERE NEW.previous_hash IS NOT CASE NEW.posting_id
    WHEN 1 THEN '0000000000000000000000000000000000000000000000000000000000000000'
    ELSE (SELECT hash FROM certificate_postings WHERE posting_id = NEW.posting_id - 1) END;

  SELECT RAISE(ABORT, 'certificates:not_allowed')
  WHERE NOT EXISTS (
    SELECT 1
    FROM certificate_transactions t, certificate_accounts f, certificate_accounts o, certificate_batches b,
         certificate_moves m
    WHERE t.transaction_id = NEW.transaction_id AND f.account_id = NEW.from_account AND o.account_id = NEW.to_account
      AND b.batch_id = NEW.batch_id AND f.registry = b.registry AND o.registry = b.registry
      AND NEW.serial_start >= b.serial_start AND NEW.serial_end <= b.serial_end
      AND m.kind = t.kind AND m.from_kind = f.kind AND m.to_kind = o.kind
      AND (NOT m.same_organization OR f.organization = o.organization));

  SELECT RAISE(ABORT, 'certificates:double_count')
  WHERE NEW.from_account < 0 AND (
    EXISTS (SELECT 1 FROM certificate_holdings WHERE batch_id = NEW.batch_id)
    OR NOT EXISTS (
      SELECT 1 FROM certificate_batches
      WHERE batch_id = NEW.batch_id AND serial_start = NEW.serial_start AND serial_end = NEW.serial_end));

  SELECT RAISE(ABORT, 'certificates:not_held')
  WHERE NEW.from_account > 0 AND NOT EXISTS (
    SELECT 1 FROM certificate_holdings
    WHERE batch_id = NEW.batch_id AND account_id = NEW.from_account AND serial_end >= NEW.serial_end
      AND serial_start = (
        SELECT MAX(serial_start) FROM certificate_holdings
        WHERE batch_id = NEW.batch_id AND serial_start <= NEW.serial_start));

  -- Pending certificates leave only by the outcome of the very transaction that set them aside.
  SELECT RAISE(ABORT, 'certificates:not_pending')
  FROM certificate_accounts f
  WHERE f.account_id = NEW.from_account AND f.kind = 'pending' AND NOT EXISTS (
    SELECT 1
    FROM certificate_holdings h
    JOIN certificate_postings p ON p.posting_id = h.posting_id AND p.transaction_id = NEW.transaction_id
    JOIN certificate_transactions t ON t.transaction_id = NEW.transaction_id
    JOIN certificate_outcomes s ON s.transaction_id = NEW.transaction_id
    JOIN certificate_accounts o ON o.account_id = NEW.to_account
    WHERE h.batch_id = NEW.batch_id AND h.serial_start = (
        SELECT MAX(serial_start) FROM certificate_holdings
        WHERE batch_id = NEW.batch_id AND serial_start <= NEW.serial_start)
      AND ((s.outcome = 'accepted' AND NEW.to_account = t.to_account)
        OR (s.outcome <> 'accepted' AND o.organization = f.organization)));

  SELECT RAISE(ABORT, 'certificates:settled')
  FROM certificate_accounts o, certificate_outcomes s
  WHERE o.account_id = NEW.to_account AND o.kind = 'pending' AND s.transaction_id = NEW.transaction_id;
END;
--;;
-- 2. The posting moves the holding, the positions and the cost with it.
CREATE TRIGGER certificate_postings_apply AFTER INSERT ON certificate_postings
BEGIN
  INSERT INTO certificate_splits
  SELECT b.class_id, h.serial_start, h.serial_end, h.posting_id, h.unit_cost_usd,
         CASE WHEN f.organization <> o.organization THEN t.price_usd ELSE h.unit_cost_usd END,
         CASE WHEN f.organization <> o.organization AND f.account_id > 0 THEN t.price_usd END
  FROM certificate_batches b
  JOIN certificate_transactions t ON t.transaction_id = NEW.transaction_id
  JOIN certificate_accounts f ON f.account_id = NEW.from_account
  JOIN certificate_accounts o ON o.account_id = NEW.to_account
  LEFT JOIN certificate_holdings h ON h.batch_id = NEW.batch_id AND h.serial_start = (
    SELECT MAX(serial_start) FROM certificate_holdings
    WHERE batch_id = NEW.batch_id AND serial_start <= NEW.serial_start)
  WHERE b.batch_id = NEW.batch_id;

  INSERT INTO certificate_realised
  SELECT NEW.posting_id, NEW.from_account, class_id, NEW.serial_end - NEW.serial_start + 1, sold_at, old_cost
  FROM certificate_splits WHERE sold_at IS NOT NULL;

  INSERT OR IGNORE INTO certificate_positions
  SELECT NEW.to_account, class_id, 0, 0, 0, 0 FROM certificate_splits;
  INSERT OR IGNORE INTO certificate_positions
  SELECT NEW.from_account, class_id, 0, 0, 0, 0 FROM certificate_splits WHERE NEW.from_account < 0;

  UPDATE certificate_positions SET
    quantity = quantity - (NEW.serial_end - NEW.serial_start + 1),
    costed_quantity = costed_quantity - (NEW.serial_end - NEW.serial_start + 1)
      * (SELECT old_cost IS NOT NULL FROM certificate_splits),
    cost_usd = cost_usd - (NEW.serial_end - NEW.serial_start + 1)
      * (SELECT COALESCE(old_cost, 0) FROM certificate_splits),
    posting_id = NEW.posting_id
  WHERE account_id = NEW.from_account AND class_id = (SELECT class_id FROM certificate_splits);

  -- The right-hand remainder while the holding still reaches over it; then the holding keeps what lies to the left.
  INSERT INTO certificate_holdings
  SELECT NEW.batch_id, NEW.serial_end + 1, old_end, NEW.from_account, old_posting, old_cost
  FROM certificate_splits WHERE old_end > NEW.serial_end;

  UPDATE certificate_holdings SET serial_end = NEW.serial_start - 1
  WHERE batch_id = NEW.batch_id AND serial_start = (
    SELECT old_start FROM certificate_splits WHERE old_start < NEW.serial_start);

  DELETE FROM certificate_holdings
  WHERE batch_id = NEW.batch_id AND serial_start = NEW.serial_start AND account_id = NEW.from_account;

  INSERT INTO certificate_holdings
  SELECT NEW.batch_id, NEW.serial_start, NEW.serial_end, NEW.to_account, NEW.posting_id, new_cost
  FROM certificate_splits;

  UPDATE certificate_positions SET
    quantity = quantity + (NEW.serial_end - NEW.serial_start + 1),
    costed_quantity = costed_quantity + (NEW.serial_end - NEW.serial_start + 1)
      * (SELECT new_cost IS NOT NULL FROM certificate_splits),
    cost_usd = cost_usd + (NEW.serial_end - NEW.serial_start + 1)
      * (SELECT COALESCE(new_cost, 0) FROM certificate_splits),
    posting_id = NEW.posting_id
  WHERE account_id = NEW.to_account AND class_id = (SELECT class_id FROM certificate_splits);

  DELETE FROM certificate_splits;
END;
--;;
-- 3. Holdings and positions change only as the last posting says. Nobody can edit them by hand.
CREATE TRIGGER certificate_holdings_insert BEFORE INSERT ON certificate_holdings
WHEN NOT EXISTS (
  SELECT 1 FROM certificate_postings p
  WHERE p.posting_id = (SELECT MAX(posting_id) FROM certificate_postings) AND p.batch_id = NEW.batch_id
    AND ((NEW.account_id = p.to_account AND NEW.serial_start = p.serial_start AND NEW.serial_end = p.serial_end
          AND NEW.posting_id = p.posting_id
          AND NOT EXISTS (SELECT 1 FROM certificate_holdings
                          WHERE batch_id = NEW.batch_id AND serial_start = NEW.serial_start))
      OR (NEW.account_id = p.from_account AND NEW.serial_start = p.serial_end + 1
          AND EXISTS (SELECT 1 FROM certificate_holdings h
                      WHERE h.batch_id = NEW.batch_id AND h.account_id = p.from_account
                        AND h.serial_start <= p.serial_start AND h.serial_end = NEW.serial_end
                        AND h.serial_end > p.serial_end))))
BEGIN
  SELECT RAISE(ABORT, 'certificates:holdings_follow_postings');
END;
--;;
CREATE TRIGGER certificate_holdings_update BEFORE UPDATE ON certificate_holdings
WHEN NEW.batch_id <> OLD.batch_id OR NEW.serial_start <> OLD.serial_start OR NEW.account_id <> OLD.account_id
  OR NEW.posting_id <> OLD.posting_id OR NEW.unit_cost_usd IS NOT OLD.unit_cost_usd
  OR NOT EXISTS (
    SELECT 1 FROM certificate_postings p
    WHERE p.posting_id = (SELECT MAX(posting_id) FROM certificate_postings) AND p.batch_id = OLD.batch_id
      AND p.from_account = OLD.account_id AND OLD.serial_start < p.serial_start AND OLD.serial_end >= p.serial_start
      AND NEW.serial_end = p.serial_start - 1)
BEGIN
  SELECT RAISE(ABORT, 'certificates:holdings_follow_postings');
END;
--;;
CREATE TRIGGER certificate_holdings_delete BEFORE DELETE ON certificate_holdings
WHEN NOT EXISTS (
  SELECT 1 FROM certificate_postings p
  WHERE p.posting_id = (SELECT MAX(posting_id) FROM certificate_postings) AND p.batch_id = OLD.batch_id
    AND p.from_account = OLD.account_id AND OLD.serial_start = p.serial_start)
BEGIN
  SELECT RAISE(ABORT, 'certificates:holdings_follow_postings');
END;
--;;
CREATE TRIGGER certificate_positions_insert BEFORE INSERT ON certificate_positions
WHEN NEW.quantity <> 0 OR NEW.costed_quantity <> 0 OR NEW.cost_usd <> 0 OR NEW.posting_id <> 0
BEGIN
  SELECT RAISE(ABORT, 'certificates:positions_follow_postings');
END;
--;;
CREATE TRIGGER certificate_positions_update BEFORE UPDATE ON certificate_positions
WHEN NEW.account_id <> OLD.account_id OR NEW.class_id <> OLD.class_id OR NEW.posting_id <= OLD.posting_id
  OR NOT EXISTS (
    SELECT 1 FROM certificate_postings p
    WHERE p.posting_id = NEW.posting_id AND p.posting_id = (SELECT MAX(posting_id) FROM certificate_postings)
      AND NEW.quantity - OLD.quantity = (p.serial_end - p.serial_start + 1)
        * CASE OLD.account_id WHEN p.to_account THEN 1 WHEN p.from_account THEN -1 ELSE 0 END)
BEGIN
  SELECT RAISE(ABORT, 'certificates:positions_follow_postings');
END;
--;;
CREATE TRIGGER certificate_positions_delete BEFORE DELETE ON certificate_positions
BEGIN
  SELECT RAISE(ABORT, 'certificates:positions_follow_postings');
END;
--;;
-- 4. Serial ranges of one base never overlap, nor do the foreign serials of imports.
CREATE TRIGGER certificate_batches_overlap BEFORE INSERT ON certificate_batches
BEGIN
  SELECT RAISE(ABORT, 'certificates:double_count')
  WHERE EXISTS (
      SELECT 1 FROM certificate_batches
      WHERE registry = NEW.registry AND serial_base = NEW.serial_base
        AND serial_start <= NEW.serial_end AND serial_end >= NEW.serial_start)
    OR (NEW.imported_from IS NOT NULL AND EXISTS (
      SELECT 1 FROM certificate_batches
      WHERE imported_from = NEW.imported_from AND imported_base = NEW.imported_base
        AND imported_start <= NEW.imported_end AND imported_end >= NEW.imported_start));

  -- What this ledger itself holds in the other registry can only come in after it was exported there.
  SELECT RAISE(ABORT, 'certificates:not_exported')
  FROM certificate_batches b
  WHERE NEW.imported_from IS NOT NULL AND b.registry = NEW.imported_from AND b.serial_base = NEW.imported_base
    AND b.serial_start <= NEW.imported_end AND b.serial_end >= NEW.imported_start
    AND EXISTS (
      SELECT 1 FROM certificate_holdings h JOIN certificate_accounts a ON a.account_id = h.account_id
      WHERE h.batch_id = b.batch_id AND h.serial_start <= NEW.imported_end AND h.serial_end >= NEW.imported_start
        AND a.kind <> 'exported');
END;
