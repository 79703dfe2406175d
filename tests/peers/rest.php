<?php
// A department served over REST by PHP's own web server, for trying the hub against a server that is not ours.
// PEER_DATA is a JSON file: path, the names of the parameters limit, offset and since, where rows and total go, the
// field of the time of change, rows, and the token that must be shown.

$peer = json_decode(file_get_contents(getenv('PEER_DATA')), true);
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/') {
    echo 'ready';
    return;
}
header('Content-Type: application/json');
if (($_SERVER['HTTP_AUTHORIZATION'] ?? '') !== 'Bearer ' . $peer['token']) {
    http_response_code(401);
    echo json_encode(['detail' => 'Invalid JWT token']);
    return;
}
if ($path !== $peer['path']) {
    http_response_code(404);
    echo json_encode(['detail' => 'Not Found']);
    return;
}
$since = $_GET[$peer['since']] ?? '';
$rows = array_values(array_filter($peer['rows'], fn ($row) => strcmp($row[$peer['changed']], $since) >= 0));
$shown = array_slice($rows, (int) ($_GET[$peer['offset']] ?? 0), (int) ($_GET[$peer['limit']] ?? 50));
echo json_encode([$peer['records'] => $shown, $peer['total'] => count($rows)], JSON_UNESCAPED_UNICODE);
