"""Work after the commit: leased from the store, done with time-outs, tried again, buried."""
