"""The pages of a case: telling it step by step, the case itself, its ledger, and the list of a team's cases."""
