-- Text in the order that people expect: capitals beside small letters, accents beside their letters, `Desk 2` before
-- `Desk 10`. A server that was built without ICU keeps its own order.
DO $$
BEGIN
  CREATE COLLATION dc.as_read (provider = icu, locale = 'en-u-kn-true');
EXCEPTION WHEN feature_not_supported THEN
  CREATE COLLATION dc.as_read FROM "C";
END $$;
