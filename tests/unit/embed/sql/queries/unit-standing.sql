-- $1 单位: "quotes", 'apostrophes', back\slashes, ??/ trigraphs; [brackets] and ${variables}
SELECT standing FROM certwire.unit WHERE id = $1 AND note <> E'a\\b;c';
