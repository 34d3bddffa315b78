-- One batch of load.sh: documents on standard input, one a line.

CREATE TEMP TABLE line (number serial, document text);
\copy line (document) FROM pstdin (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
SELECT image_catalog.import_vulnerabilities(:'source',
           (SELECT jsonb_agg(document::jsonb ORDER BY number) FROM line), :load);
