"""Judgements: one file a rule, in a folder named for what it judges; `registry` has them all."""
