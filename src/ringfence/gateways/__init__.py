"""Payment processors: those with HTTP, and the sandbox that moves no money."""
