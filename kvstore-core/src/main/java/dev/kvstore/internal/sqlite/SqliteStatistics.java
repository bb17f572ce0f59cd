package dev.kvstore.internal.sqlite;

/**
 * What a database file has done since it was opened, and how large it is.
 *
 * @param transactions transactions that changed something, each with the writes of one or more
 *     callers
 * @param checkpoints how often the log was moved into the file, the small steps that SQLite takes
 *     by itself not included
 * @param queuedWrites writes that wait for their transaction to begin
 * @param fileBytes the size of the file
 * @param logBytes the size of its log
 */
public record SqliteStatistics(
    long transactions, long checkpoints, int queuedWrites, long fileBytes, long logBytes) {}
