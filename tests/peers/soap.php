<?php
// A department served by PHP's own SoapServer, for trying the hub against a stack that is not ours.
// PEER_DATA is a JSON file: wsdl, version (1 or 2), and per operation how it answers (see Department).

ini_set('soap.wsdl_cache_enabled', '0');
$peer = json_decode(file_get_contents(getenv('PEER_DATA')), true);
if (php_sapi_name() === 'cli-server' && $_SERVER['REQUEST_METHOD'] === 'GET') {
    echo 'ready';
    return;
}

class Department
{
    private array $called = [];

    public function __construct(private array $peer)
    {
    }

    // Header elements arrive as calls before the operation does.
    public function __call(string $name, array $arguments): mixed
    {
        $arguments = json_decode(json_encode($arguments), true);
        if (($this->peer['header'] ?? '') === $name || in_array($name, $this->peer['headers'] ?? [])) {
            $this->called[$name] = $arguments[0];
            return null;
        }
        $this->requireAccount();
        $operation = $this->peer['operations'][$name];
        $given = count($arguments) === 1 && is_array($arguments[0]) ? $arguments[0] : $this->named($operation, $arguments);
        if (isset($operation['fault'])) {
            throw new SoapFault($operation['fault']['code'], $operation['fault']['text'], null, (object) ($operation['fault']['detail'] ?? []));
        }
        return $this->answer($operation, $given);
    }

    private function requireAccount(): void
    {
        if (isset($this->peer['header']) && ($this->called[$this->peer['header']] ?? null) != $this->peer['account']) {
            throw new SoapFault('Client', 'wrong account');
        }
    }

    private function named(array $operation, array $arguments): array
    {
        $names = $operation['parameters'] ?? [];
        return count($names) === count($arguments) ? array_combine($names, $arguments) : [];
    }

    private function find(array $values, string $path): mixed
    {
        foreach (array_filter(explode('/', $path)) as $step) {
            $values = $values[$step] ?? null;
        }
        return $values;
    }

    // One page of the rows; "{rows}", "{total}" in the template become them, "{json}" and "{xml}" the rows as text.
    private function answer(array $operation, array $given): mixed
    {
        $rows = $operation['rows'] ?? [];
        $size = isset($operation['size']) ? (int) $this->find($given, $operation['size']) : 1000;
        $page = isset($operation['page']) ? (int) $this->find($given, $operation['page']) : 1;
        $shown = array_slice($rows, ($page - 1) * $size, $size);
        $known = ['{rows}' => $shown, '{total}' => count($rows)];
        $known['{json}'] = json_encode(['total' => count($rows), 'rows' => $shown], JSON_UNESCAPED_UNICODE);
        return $this->fill($operation['answer'], $known);
    }

    private function fill(mixed $template, array $known): mixed
    {
        if (is_array($template)) {
            return array_map(fn ($value) => $this->fill($value, $known), $template);
        }
        return is_string($template) ? ($known[$template] ?? $template) : $template;
    }
}

$version = $peer['version'] === 2 ? SOAP_1_2 : SOAP_1_1;
$server = new SoapServer($peer['wsdl'], ['soap_version' => $version, 'cache_wsdl' => WSDL_CACHE_NONE]);
$server->setObject(new Department($peer));
$server->handle();
