-- Plans of this session, made when tables were smaller, are made anew when they are next used.
DISCARD PLANS
