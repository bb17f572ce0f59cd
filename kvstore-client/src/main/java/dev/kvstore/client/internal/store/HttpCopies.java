package dev.kvstore.client.internal.store;

import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.KVQuery;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.SeenToken;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.RemoteCopies;
import java.util.Collection;
import java.util.function.Supplier;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/** The copies and differences of a store behind a service. */
record HttpCopies(
    String name,
    StoreUrls urls,
    Transport transport,
    LostWriteResolver lostWrites,
    Supplier<Deadline> deadlines)
    implements RemoteCopies {
  @Override
  public boolean reaches(RemoteCopies other) {
    return other instanceof HttpCopies that && that.transport.endpoints() == transport.endpoints();
  }

  @Override
  public ChangeReport copyAll(String prefix, RemoteCopies to, CopyOptions options) {
    return copy("prefix", new BsonString(prefix), (HttpCopies) to, options);
  }

  @Override
  public ChangeReport copyMany(Collection<String> keys, RemoteCopies to, CopyOptions options) {
    BsonArray array = new BsonArray();
    keys.stream().distinct().map(BsonString::new).forEach(array::add);
    return copy("keys", array, (HttpCopies) to, options);
  }

  private ChangeReport copy(String what, BsonValue which, HttpCopies to, CopyOptions options) {
    BsonDocument body = new BsonDocument(what, which).append("toStore", new BsonString(to.name));
    options.toPrefix().ifPresent(prefix -> body.append("toPrefix", new BsonString(prefix)));
    body.append("mode", new BsonString(options.isDefaults() ? "defaults" : "merge"));
    body.append("move", BsonBoolean.valueOf(options.isMoving()));
    Query query = options.isDryRun() ? Query.none().and("dryRun", "true") : Query.none();
    try {
      return lostWrites.changeMany(
          urls.at("/copies", query),
          options.fingerprint(),
          Cause.of(options),
          body,
          deadlines.get());
    } finally {
      // Its reads must see the copies, too.
      to.seen().raise(seen().get());
    }
  }

  private SeenToken seen() {
    return transport.exchanges().seen();
  }

  @Override
  public Differing differences(KVQuery query, RemoteCopies with, String withPrefix) {
    HttpCopies right = (HttpCopies) with;
    seen().raise(right.seen().get());
    Query parameters = Query.none()
        .and("with", right.name)
        .and("prefix", query.prefix())
        .and("withPrefix", withPrefix)
        .and("limit", Integer.toString(query.limit()));
    query.after().ifPresent(after -> parameters.and("after", after));
    Call call = Call.read(urls.at("/differences", parameters), null);
    return transport
        .send(call.with("Cache-Control", "no-cache"), deadlines.get())
        .read(body -> WireReader.differing(body, query.prefix()));
  }
}
