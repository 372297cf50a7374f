"""Text into sound, and other people's audio files into sound: outside processes, memory only."""
