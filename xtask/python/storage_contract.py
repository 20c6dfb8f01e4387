"""scim2-server's contract of a storage, kept by a server over HTTP.

The contract is a suite of pytest for whoever writes a storage for scim2-server: what a storage must create, read,
replace, delete, filter, sort and page. `HttpStorage` is such a storage, and the server under test does the work. It
must hold no users and no groups: the suite counts what it finds.
"""

from typing import Any

import pytest
from common import server

# What was compared, in the text of a failure. Before the import of what is to be rewritten.
pytest.register_assert_rewrite("scim2_server.testing")

from httpx2 import Client
from scim2_models import (
    Context,
    Error,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    Schema,
    SCIMException,
    SearchRequest,
    ServiceProviderConfig,
)
from scim2_server.storage import ScimStorage, SearchPage
from scim2_server.testing import ScimStorageContract

MEDIA_TYPE = "application/scim+json"


class HttpStorage(ScimStorage):
    """A storage whose every method is one request (a search without `count`: one for each page)."""

    supports_cursors = True

    def __init__(self, http: Client, provider: ScimProvider) -> None:
        self.http = http
        self.provider = provider
        pagination = getattr(provider.config, "pagination", None)
        self.supports_cursors = bool(pagination and pagination.cursor)
        self.created: list[str] = []

    def request(self, method: str, path: str, body: Any = None, params: Any = None, version: str | None = None) -> Any:
        """The JSON of the answer, or the exception that its error stands for."""
        headers = {"If-Match": version} if version is not None else {}
        if body is not None:
            headers["Content-Type"] = MEDIA_TYPE
        answer = self.http.request(method, path, json=body, params=params, headers=headers)
        if answer.status_code == 204:
            return None
        payload = answer.json()
        if answer.status_code >= 400:
            raise SCIMException.from_error(Error.model_validate(payload))
        return payload

    def resource(self, payload: Any, context: Context) -> Resource[Any]:
        """The resource of an answer, without the location: a storage of scim2-server knows no URLs."""
        name = payload["meta"]["resourceType"]
        resource_type = next(one for one in self.provider.resource_types if one.name == name)
        resource = self.provider.model_for(resource_type).model_validate(payload, scim_ctx=context)
        resource.meta.location = None
        return resource

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        params = parameters(response_parameters)
        # Without `meta` an answer does not say what it is.
        for name in params.keys() & {"attributes"}:
            params[name] += ",meta.resourceType"
        payload = self.request("GET", f"{resource_type.endpoint}/{resource_id}", params=params)
        return self.resource(payload, Context.RESOURCE_QUERY_RESPONSE)

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        path = str(resource_types[0].endpoint) if len(resource_types) == 1 else "/"
        params = parameters(search_request)
        if position is not None:
            params["cursor"] = position
        payload = self.request("GET", path, params=params)
        found = list(payload.get("Resources", []))
        # A storage gives everything when nobody says how much. A server may cut its answer into pages all the same.
        while "count" not in params and "cursor" not in params and len(found) < payload["totalResults"]:
            more = self.request("GET", path, params={**params, "startIndex": len(found) + 1})
            found += more["Resources"]
        resources = [self.resource(one, Context.RESOURCE_QUERY_RESPONSE) for one in found]
        return SearchPage(
            payload.get("totalResults"), resources, payload.get("nextCursor"), payload.get("previousCursor")
        )

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        body = resource.model_dump(scim_ctx=Context.RESOURCE_CREATION_REQUEST)
        payload = self.request("POST", str(resource_type.endpoint), body)
        self.created.append(f"{resource_type.endpoint}/{payload['id']}")
        return self.resource(payload, Context.RESOURCE_CREATION_RESPONSE)

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        body = resource.model_dump(scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
        path = f"{resource_type.endpoint}/{resource.id}"
        payload = self.request("PUT", path, body, version=expected_version)
        return self.resource(payload, Context.RESOURCE_REPLACEMENT_RESPONSE)

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        self.request("DELETE", f"{resource_type.endpoint}/{resource_id}", version=expected_version)

    def clean_up(self) -> None:
        """Takes away what this test made, the groups before their members."""
        for path in reversed(self.created):
            self.http.delete(path)


def parameters(request: Any) -> dict[str, Any]:
    """A search request as the parameters of a URL."""
    if request is None:
        return {}
    dumped = request.model_dump(scim_ctx=Context.SEARCH_REQUEST)
    dumped.pop("schemas", None)
    return {name: ",".join(value) if isinstance(value, list) else value for name, value in dumped.items()}


class TestStorageContract(ScimStorageContract):
    @pytest.fixture
    def http(self) -> Any:
        url, token = server()
        with Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
            yield http

    @pytest.fixture
    def provider(self, http: Client) -> ScimProvider:
        """The server as it describes itself."""

        def read(path: str) -> Any:
            answer = http.get(path)
            answer.raise_for_status()
            return answer.json()

        schemas = [Schema.model_validate(one) for one in read("/Schemas")["Resources"]]
        resource_types = [ResourceType.model_validate(one) for one in read("/ResourceTypes")["Resources"]]
        config = ServiceProviderConfig.model_validate(read("/ServiceProviderConfig"))
        return ScimProvider.from_discovery(schemas, resource_types, config)

    @pytest.fixture(autouse=True)
    def root_search(self, http: Client) -> None:
        """A query at the root is optional, and no discovery document says whether there is one."""
        self.supports_root_search = http.get("/", params={"count": 0}).status_code == 200

    @pytest.fixture
    def storage(self, http: Client, provider: ScimProvider) -> Any:
        storage = HttpStorage(http, provider)
        for path in ("/Users", "/Groups"):
            total = storage.request("GET", path, params={"count": 0})["totalResults"]
            assert total == 0, f"the storage contract needs a server without resources: {path} has {total}"
        yield storage
        storage.clean_up()
