-- Whether dispatcher and brokers' plugins run.
SELECT what, fine, detail FROM certwire.office_health();
