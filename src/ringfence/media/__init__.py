"""Wire formats and signal processing of telephone audio, in whole numbers only.

Every module here is pure and is also the executable specification of the native engine: where
``engine/engine.c`` does the same work, it gives the same bytes. Shapes used throughout:

* **linear audio** is ``array("h")``: signed 16-bit samples in the machine's byte order, which is
  little endian on every machine the program runs on (`fir` relies on it); files and clips are so
  everywhere.
* **a tick** is one unit of the RTP clock. PCMU, PCMA and G.722 all have an 8000 Hz RTP clock and
  one payload byte per tick (RFC 3551 4.5.2: for G.722 the clock stays 8000 by historical error
  although it samples at 16 kHz), so ticks count payload bytes, whatever the codec.
* ``>>`` on a negative number rounds towards minus infinity, in Python and (arithmetic shift) in
  every C compiler the engine supports.
"""
