"""SQL by which tests enter units, as an administrator would: selected for the fourth term, papers
and contact on file, admitted. What a unit may receive is granted one by one, so that each test says
it; GRANTS_ONLY takes the plan's default away first.

The texts have psql variables: unit, name.
"""

TERM = "SELECT 1 FROM certwire.set_term(4, begins => '2011-06-01 00:00+08');\n"

GRANTS_ONLY = """SELECT count(certwire.set_policy(c.id, '测试：逐一授予', levels => '{}'))
    FROM certwire.channel c;
"""

PAPERS = """SELECT 1 FROM certwire.set_paper(:'unit', 'agreement', '协〔2026〕1号', '2026-01-05');
SELECT 1 FROM certwire.set_paper(:'unit', 'confidentiality', '密〔2026〕1号', '2026-01-05');
SELECT 1 FROM certwire.set_contact(:'unit', '值班室', '010-82990000');
"""

PROPOSE = """SELECT 1 FROM certwire.propose_unit(:'unit', :'name', 4, 'provincial', '110000',
    '第四届评选公告');
"""

ADMIT = PROPOSE + PAPERS + "SELECT 1 FROM certwire.admit_unit(:'unit', '材料齐全，准入');\n"


def grants(channels):
    return "".join(f"SELECT 1 FROM certwire.grant_channel(:'unit', '{channel}');\n"
                   for channel in channels)
