"""May this call be recorded, and what has to be said first: dated rules, one pure decision.

places      where a number lives, as far as it tells
rules       the law of each place on each day, and the hours in which people may be called
decision    the strictest law of all parties, made into a duty for each of them
contact     may this person be called at all: do-not-call, marketing, hours
sentences   what is said on the call, by language, with its version and hash
"""
