"""The audio engine: a native core and its Python twin behind one interface, in a process apart."""
