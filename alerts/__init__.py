"""Telling people and programs what became of signals, data and targets."""
