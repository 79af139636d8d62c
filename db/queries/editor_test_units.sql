-- Units to which tests go.
SELECT unit FROM certwire.test_units();
