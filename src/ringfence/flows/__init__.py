"""Call flows: a JSON document of applets, compiled to the verbs of `ringfence.markup`."""
