/** A refusal of the server (RFC 9457): `title` and `detail` are already in the user's language. */
export class Problem extends Error {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly status: number;

  constructor(readonly body: Record<string, unknown>, status: number) {
    const title = typeof body['title'] === 'string' ? body['title'] : `HTTP ${String(status)}`;
    super(title);
    this.type = typeof body['type'] === 'string' ? body['type'] : 'about:blank';
    this.title = title;
    this.detail = typeof body['detail'] === 'string' ? body['detail'] : '';
    this.status = status;
  }

  is(name: string): boolean {
    return this.type === name || this.type.endsWith(`/${name}`);
  }
}

/** The request never got an answer: no network, a proxy's gateway error, or the server restarting. */
export class NetworkLoss extends Error {}

export interface Antiforgery {
  header: string;
  token: string;
}

const gatewayErrors = new Set([502, 503, 504]);

export class Rest {
  constructor(
    private readonly culture: string,
    private readonly antiforgery: Antiforgery | null,
  ) {}

  get<T>(url: string, signal?: AbortSignal): Promise<T> {
    return this.json<T>(url, { method: 'GET', signal });
  }

  post<T>(url: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.json<T>(url, { method: 'POST', body: JSON.stringify(body), signal }, 'application/json');
  }

  put<T>(url: string, body: unknown): Promise<T> {
    return this.json<T>(url, { method: 'PUT', body: JSON.stringify(body) }, 'application/json');
  }

  delete(url: string): Promise<unknown> {
    return this.json<unknown>(url, { method: 'DELETE' });
  }

  postBytes<T>(url: string, body: Blob, signal: AbortSignal): Promise<T> {
    return this.json<T>(url, { method: 'POST', body, signal }, 'application/octet-stream');
  }

  private async json<T>(url: string, init: RequestInit, contentType?: string): Promise<T> {
    const headers = new Headers({ Accept: 'application/json, application/problem+json', 'Accept-Language': this.culture });
    if (contentType) headers.set('Content-Type', contentType);
    if (this.antiforgery && init.method !== 'GET') headers.set(this.antiforgery.header, this.antiforgery.token);
    let response: Response;
    try {
      response = await fetch(url, { ...init, headers, credentials: 'same-origin' });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new NetworkLoss(error instanceof Error ? error.message : String(error));
    }
    if (gatewayErrors.has(response.status)) throw new NetworkLoss(`HTTP ${String(response.status)}`);
    const text = await response.text();
    const body: unknown = text && (response.headers.get('Content-Type') ?? '').includes('json') ? JSON.parse(text) : null;
    if (!response.ok) throw new Problem((body ?? {}) as Record<string, unknown>, response.status);
    return body as T;
  }
}
