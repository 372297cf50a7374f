"""Vocabulary known to every layer: ids, time, phone numbers, money, events, errors, limits."""
