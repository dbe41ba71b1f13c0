"""What Schemathesis must be told to send the bodies of this API."""
import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines_of_json(context, value):
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode(errors="surrogatepass")
    return "".join(json.dumps(each) + "\n" for each in (value if isinstance(value, list) else [value])).encode()
