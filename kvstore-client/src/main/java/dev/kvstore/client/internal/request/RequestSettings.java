package dev.kvstore.client.internal.request;

import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How requests reach the service.
 *
 * @param token null where none is sent
 * @param proxy null for the JDK's own selector
 * @param client the application's own; null to make one
 */
public record RequestSettings(
    Duration requestTimeout,
    Duration connectTimeout,
    @Nullable Supplier<String> token,
    ClientTls tls,
    @Nullable ProxySelector proxy,
    @Nullable HttpClient client) {}
