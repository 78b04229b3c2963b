-- trigram_costs: the cost that the planner assumes for comparing words by trigrams
SELECT
    p.proname AS function,
    p.procost AS cost
FROM pg_proc AS p
WHERE p.proname IN ('word_similarity', 'word_similarity_op', 'word_similarity_commutator_op');
