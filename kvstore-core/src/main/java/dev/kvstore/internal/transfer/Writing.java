package dev.kvstore.internal.transfer;

import org.jspecify.annotations.Nullable;

/**
 * How a snapshot is written.
 *
 * @param types how scalars without quotes in properties are going to be read
 * @param separator what joins the names of nested values into keys; null to keep them nested
 * @param metadata whether each value comes with its metadata
 */
public record Writing(
    FileFormat format, Types types, @Nullable String separator, boolean metadata) {}
