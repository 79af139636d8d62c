-- Once per cluster: one login of each kind, as people and programs have them.
CREATE ROLE adm LOGIN IN ROLE certwire_admin;
CREATE ROLE reg LOGIN IN ROLE certwire_registrar;
CREATE ROLE ed1 LOGIN IN ROLE certwire_editor;
CREATE ROLE ed2 LOGIN IN ROLE certwire_editor;
CREATE ROLE ed3 LOGIN IN ROLE certwire_editor;
CREATE ROLE dsp LOGIN IN ROLE certwire_dispatcher;
CREATE ROLE brk LOGIN IN ROLE certwire_broker;
CREATE ROLE aud LOGIN IN ROLE certwire_auditor;
CREATE ROLE clk LOGIN IN ROLE certwire_clerk;
CREATE ROLE stranger LOGIN;
