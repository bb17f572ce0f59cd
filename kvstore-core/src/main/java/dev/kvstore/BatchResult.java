package dev.kvstore;

/** How many keys of a batch were created, and how many had an entry that was replaced. */
public record BatchResult(int created, int replaced) {}
