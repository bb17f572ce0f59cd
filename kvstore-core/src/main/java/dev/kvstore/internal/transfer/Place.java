package dev.kvstore.internal.transfer;

/** A line and a column of a file, both counted from 1. */
record Place(int line, int column) {}
