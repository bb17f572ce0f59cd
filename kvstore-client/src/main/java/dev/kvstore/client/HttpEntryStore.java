package dev.kvstore.client;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.Names;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The entries of a store behind a service. */
final class HttpEntryStore implements EntryStore {
  /** A URL longer than about 8 KiB is refused by many a server and proxy. */
  private static final int MAX_QUERY = 6 * 1024;

  private static final int MAX_KEYS = 1000;

  private final String name;
  private final StoreUrls urls;
  private final Duration timeout;
  private final Transport transport;
  private final HttpWriter writer;

  HttpEntryStore(URI service, String name, HttpSettings settings) {
    this(List.of(service), name, settings, Transport.MAX_ANSWER_BYTES);
  }

  HttpEntryStore(List<URI> services, String name, HttpSettings settings, int maxAnswerBytes) {
    this(
        name,
        settings,
        new Transport(
            Names.checkStore(name),
            new Endpoints(services, System::nanoTime),
            settings,
            maxAnswerBytes));
  }

  HttpEntryStore(String name, HttpSettings settings, Transport transport) {
    this.name = name;
    this.urls = StoreUrls.of(name);
    this.timeout = settings.requestTimeout();
    this.transport = transport;
    this.writer = new HttpWriter(urls, new Settlement(transport, urls));
  }

  @Override
  public String name() {
    transport.checkOpen();
    return name;
  }

  @Override
  public Optional<KVEntry<RawValue>> read(String key, ReadOptions options) {
    URI url = urls.key(key, Query.none().and("view", "entry"));
    Answer answer = transport.send(Call.read(url, key), deadline());
    return answer.isKeyNotFound()
        ? Optional.empty()
        : Optional.of(answer.read(body -> WireReader.entry(body, key)));
  }

  @Override
  public List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options) {
    transport.checkOpen();
    Deadline deadline = deadline();
    List<KVEntry<RawValue>> found = new ArrayList<>();
    for (List<String> group :
        Groups.of(new LinkedHashSet<>(keys), HttpEntryStore::sizeInQuery, MAX_QUERY, MAX_KEYS)) {
      readGroup(group, deadline, found);
    }
    return found;
  }

  /** Reads the group, in halves where its values together are too large for one answer. */
  private void readGroup(List<String> keys, Deadline deadline, List<KVEntry<RawValue>> found) {
    Query query = Query.none().and("values", "true");
    keys.forEach(key -> query.and("key", key));
    Call call = Call.read(urls.keys(query), null);
    try {
      found.addAll(transport.send(call, deadline).read(WireReader::entries).items());
    } catch (KVException e) {
      boolean tooLarge =
          e instanceof Exchanges.AnswerTooLargeException || e.code() == ErrorCode.TOO_LARGE;
      if (!tooLarge || keys.size() == 1) {
        throw e;
      }
      int half = keys.size() / 2;
      readGroup(keys.subList(0, half), deadline, found);
      readGroup(keys.subList(half, keys.size()), deadline, found);
    }
  }

  private static int sizeInQuery(String key) {
    return "&key=".length() + Percent.encode("key", key).length();
  }

  @Override
  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options) {
    return page(query(range, limit).and("values", "true"), WireReader::entries);
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return page(query(range, limit), WireReader::metadatas);
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return page(query(range, limit).and("view", "keys"), WireReader::keys);
  }

  private <T> KVPage<T> page(Query query, Function<byte[], KVPage<T>> reader) {
    return transport.send(Call.read(urls.keys(query), null), deadline()).read(reader);
  }

  private static Query query(KeyRange range, int limit) {
    Query query = Query.none();
    if (!range.prefix().isEmpty()) {
      query.and("prefix", range.prefix());
    }
    if (range.after() != null) {
      query.and("after", range.after());
    }
    return query.and("limit", Integer.toString(limit));
  }

  @Override
  public KVMetadata write(Write write) {
    return writer.write(write, deadline());
  }

  @Override
  public Defaulted setDefault(Write write) {
    return writer.setDefault(write, deadline());
  }

  @Override
  public BatchResult writeMany(Map<String, RawValue> values, BatchOptions options) {
    transport.checkOpen();
    return values.isEmpty() ? new BatchResult(0, 0) : writer.writeMany(values, options, deadline());
  }

  @Override
  public KVEntry<RawValue> increment(String key, long by, WriteOptions options) {
    return writer.increment(key, by, options, deadline());
  }

  @Override
  public boolean delete(String key, WriteOptions options) {
    return writer.delete(key, options, deadline());
  }

  @Override
  public void close() {
    transport.close();
  }

  private Deadline deadline() {
    return Deadline.in(timeout);
  }
}
