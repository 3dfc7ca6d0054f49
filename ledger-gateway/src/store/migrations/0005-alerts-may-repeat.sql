-- Old alerts are removed, and the journal keeps their rows until it is written anew: one that came again after that is in it
-- twice, and must not keep it from being read. Within a run, own writes are one after the other, and that is what keeps an
-- alert from being taken twice.
drop index alerts_by_event;
create index alerts_by_event on alerts (node, source, id);
