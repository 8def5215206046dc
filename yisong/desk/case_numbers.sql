-- What is asked of the table of case numbers.

-- take --
-- Give the next number of a region and year away.
INSERT INTO local_case_numbers (region, year, next) VALUES (%(region)s, %(year)s, %(first)s + 1)
ON CONFLICT (region, year) DO UPDATE SET next = local_case_numbers.next + 1
RETURNING next - 1;

-- known --
-- Whether there is a docket under a case id.
SELECT 1 FROM dockets WHERE case_id = %(case_id)s;
