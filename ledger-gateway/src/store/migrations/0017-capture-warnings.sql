-- What of a captured document was not taken. Rows of older journals know nothing of it, so it may be null.
alter table epcis_jobs add column warnings jsonb;
